-- A handful of solids is thrown together over a floor: they collide, tumble, roll and come to rest.
local substances = { "rubber", "plastic", "painted wood", "painted metal", "steel", "oak", "brass" }
local outdoor = { asphalt = true, concrete = true, granite = true, grass = true, sand = true, sandstone = true, slate = true }
local painted = { rubber = true, plastic = true, ["painted wood"] = true, ["painted metal"] = true }

local rough = { rubber = number(0.5, 0.75), plastic = number(0.12, 0.4), ["painted metal"] = number(0.12, 0.35), steel = number(0.12, 0.38), brass = number(0.15, 0.4) }

scene {
  family = "toss",
  title = "Solids thrown at one another over a floor (the MOVi-A case)",
  params = {
    count = int(3, 10),
    size  = number(0.8, 1.2),               -- scale of all things
    throw = number(0.6, 1.2),               -- m/s towards the middle, per metre of distance
    floor = pick(materials.floors),
  },

  build = function(world, p)
    local paint = world:shuffle("colors", colors)

    -- what they are comes first, because their sizes decide where there is room
    local things, radii = {}, {}
    for i = 1, p.count do
      local shape = world:draw("shape " .. i, pick { "box", "sphere", "cylinder", "capsule" })
      local size  = p.size * world:draw("size " .. i, pick { 0.30, 0.44 }) * (p.count < 6 and 1.2 or 1)
      local t = {
        name     = "thing " .. i,
        material = world:draw("material " .. i, pick(substances)),
        rotation = "random",
        spin     = { number(-4, 4), number(-4, 4), number(-4, 4) },
        rolling  = 0.008,                   -- a soft floor: what rolls stays in the picture
      }
      if shape == "box" then
        t.size, radii[i] = { size, size, size * world:draw("edge " .. i, pick { 1, 1, 0.5, 1.4 }) }, size
      elseif shape == "sphere" then
        t.radius, radii[i] = size * 0.55, size * 0.55
      elseif shape == "cylinder" then
        t.radius, t.length, radii[i] = size * 0.45, size * 1.1, size * 0.75
      else
        t.radius, t.length, radii[i] = size * 0.36, size * 0.8, size * 0.78
      end
      things[i] = { make = world[shape], spec = t, paint = paint[1 + (i - 1) % #paint] }
    end

    local places = world:scatter {
      name = "start", count = p.count, radius = radii,
      x = { -1.25, 1.25 }, y = { -1.25, 1.25 }, z = { 0.55, 1.4 }, gap = 0.02,
    }
    for i, t in ipairs(things) do
      local x, y = places[i][1], places[i][2]
      t.spec.at = places[i]
      t.spec.velocity = { -p.throw * x, -p.throw * y, number(0.5, 2.5) }
      if painted[t.spec.material] then t.spec.color = t.paint end
      t.spec.material = { t.spec.material, roughness = world:draw("roughness " .. i, rough[t.spec.material] or number(0.35, 0.55)) }
      t.make(world, t.spec)
    end

    world:floor { material = p.floor }
    -- the set: the open air for ground; else a studio under a soft sun, under a spot or among soft boxes, or a room
    local view = world:draw("view", deg(-180, 180))
    local set = outdoor[p.floor] and "open" or world:draw("set", pick { studio = 6, spot = 2.5, boxes = 0.8, room = 0.8 })
    local aside = view + world:draw("light", pick { deg(45, 120), deg(-120, -45) })
    light_set(world, { set = set, view = view, aside = aside, skies = set == "open" and { "clear", "hazy", "hazy", "evening" } or nil })
    local seen = { "all" }
    for a = 0, 315, 45 do
      seen[#seen + 1] = { 1.28 * math.cos(math.rad(a)), 1.28 * math.sin(math.rad(a)), 0 }
    end
    world:camera {
      name = "main", azimuth = view, elevation = deg(12, 25), fov = deg(34),
      look_at = { 0, 0, 0.35 }, fit = seen, margin = 1.04,
    }
    world:caption {
      outcome = "{Count:words} solids are thrown together over {a floor:floor} floor; they fall, bounce and tumble.",
      prompt  = "{Count:words} solids are thrown together over {a floor:floor} floor.",
    }
  end,
}
