-- Solids of many shapes are thrown together, or poured into a bin or bowl: rings, stars, stones, mugs, gears.
local substances = { "rubber", "plastic", "painted wood", "painted metal", "steel", "oak", "brass", "granite", "porcelain" }
local painted = { rubber = true, plastic = true, ["painted wood"] = true, ["painted metal"] = true }

-- each makes the fields of a shape of about the radius r
local makers = {
  cone         = function(r) return { radius = 0.75 * r, length = 1.7 * r } end,
  ellipsoid    = function(r) return { radii = { 0.62 * r, 0.8 * r, 1.05 * r } } end,
  torus        = function(r) return { radius = 0.75 * r, tube = 0.27 * r, segments = 24, sides = 12 } end,
  gear         = function(r) return { teeth = 12, module = 2 * r / 14, thickness = 0.5 * r, bore = 0.25 * r } end,
  star         = function(r) return { outer = 1.1 * r, inner = 0.5 * r, depth = 0.55 * r } end,
  prism        = function(r) return { radius = 0.85 * r, height = 1.1 * r } end,
  pyramid      = function(r) return { sides = 4, radius = r, height = 1.2 * r } end,
  frustum      = function(r) return { bottom = 0.85 * r, top = 0.45 * r, height = 1.3 * r } end,
  cross        = function(r) return { width = 1.9 * r, arm = 0.62 * r, depth = 0.62 * r } end,
  tube         = function(r) return { outer = 0.7 * r, inner = 0.48 * r, height = 1.4 * r, segments = 24 } end,
  wedge        = function(r) return { length = 1.7 * r, width = 1.1 * r, height = 0.9 * r } end,
  l_shape      = function(r) return { width = 1.3 * r, height = 1.8 * r, depth = 0.6 * r, thickness = 0.55 * r } end,
  t_shape      = function(r) return { width = 1.6 * r, height = 1.7 * r, depth = 0.6 * r, thickness = 0.55 * r } end,
  u_shape      = function(r) return { width = 1.6 * r, height = 1.5 * r, depth = 0.6 * r, thickness = 0.45 * r } end,
  tetrahedron  = function(r) return { radius = 1.15 * r } end,
  octahedron   = function(r) return { radius = r } end,
  dodecahedron = function(r) return { radius = 0.95 * r } end,
  icosahedron  = function(r) return { radius = 0.95 * r } end,
  mug          = function(r) return { radius = 0.62 * r, height = 1.4 * r, wall = 0.1 * r, reach = 0.5 * r, grip = 0.18 * r } end,
  teapot       = function(r) return { radius = 0.68 * r, height = 1.15 * r } end,
  wrench       = function(r) return { length = 2.2 * r, jaw = 0.4 * r, thickness = 0.2 * r } end,
}
local sets = {
  polyhedra = { "tetrahedron", "octahedron", "dodecahedron", "icosahedron", "prism", "pyramid", "hull" },
  round     = { "cone", "ellipsoid", "torus", "tube", "frustum", "sphere" },
  letters   = { "l_shape", "t_shape", "u_shape", "cross", "star" },
  tools     = { "gear", "wrench", "mug", "teapot", "tube" },
  stones    = { "hull" },
}

scene {
  family = "shapes",
  title = "Solids of many shapes thrown together or poured into a bin or bowl",
  params = {
    kind  = pick { "thrown", "poured" },
    count = int(4, 10),
    set   = pick { "polyhedra", "round", "letters", "tools", "stones", "mixed" },
    size  = number(0.85, 1.15),             -- scale of all things
    floor = pick(materials.indoor),
  },

  build = function(world, p)
    local paint = world:shuffle("colors", colors)
    local poured = p.kind == "poured"
    local words = sets[p.set] or { "cone", "ellipsoid", "torus", "gear", "star", "prism", "l_shape", "tube", "mug", "dodecahedron", "hull", "wedge", "cross" }

    local things, radii = {}, {}
    for i = 1, p.count do
      local word = world:draw("shape " .. i, pick(words))
      local r = 0.17 * p.size * world:draw("size " .. i, number(0.85, 1.25))
      local spec
      if word == "hull" then                -- a stone: points about an ellipsoid
        local points, long, flat = {}, world:draw("long " .. i, number(0.9, 1.2)), world:draw("flat " .. i, number(0.6, 1.0))
        for k = 1, 16 do
          local z = (2 * k - 1) / 16 - 1
          local a, out = 2.4 * k, math.sqrt(1 - z * z)
          local bump = r * world:draw("bump " .. i .. " " .. k, number(0.82, 1.05))
          points[k] = { bump * long * out * math.cos(a), bump * out * math.sin(a), bump * flat * z }
        end
        spec = { points = points }
      elseif word == "sphere" then
        spec = { radius = 0.8 * r }
      else
        spec = makers[word](r)
      end
      local stone = word == "hull"
      spec.name     = "thing " .. i
      spec.shape    = stone and "stone" or nil
      spec.material = world:draw("material " .. i, pick(stone and { "granite", "sandstone", "slate", "marble" } or substances))
      spec.color    = painted[spec.material] and paint[1 + (i - 1) % #paint] or nil
      spec.rotation = "random"
      spec.rolling  = 0.006                 -- what rolls stays in the picture
      spec.restitution = poured and 0.12 or nil
      spec.spin     = { number(-4, 4), number(-4, 4), number(-4, 4) }
      things[i], radii[i] = { make = world[word], spec = spec }, 1.35 * r
    end

    local into = poured and world:draw("into", pick { "bin", "bowl" })
    if into == "bowl" then
      world:bowl { name = "bowl", static = true, radius = 0.62 * p.size, height = 0.42 * p.size, wall = 0.03, segments = 48, at = { 0, 0 },
                   material = pick { "oak", "walnut", "porcelain", "painted metal", "copper" } }
    elseif poured then
      local bin, wall = 0.80 * p.size, 0.36 * p.size
      local side = bin / 2 + 0.015
      world:object { name = "bin", category = "bin", shape = "bin", static = true, material = pick { "oak", "pine", "walnut", "painted wood" }, at = { 0, 0, 0 }, parts = {
        { shape = "box", size = { bin, bin, 0.03 }, at = { 0, 0, 0.015 } },
        { shape = "box", size = { bin + 0.06, 0.03, wall }, at = { 0, side, wall / 2 } },
        { shape = "box", size = { bin + 0.06, 0.03, wall }, at = { 0, -side, wall / 2 } },
        { shape = "box", size = { 0.03, bin, wall }, at = { side, 0, wall / 2 } },
        { shape = "box", size = { 0.03, bin, wall }, at = { -side, 0, wall / 2 } },
      } }
    end

    local out = poured and 0.12 * p.size or 1.0
    local places = {}
    if poured then
      for i = 1, p.count do places[i] = { world:draw("x " .. i, number(-out, out)), world:draw("y " .. i, number(-out, out)) } end
    else
      places = world:scatter { name = "start", count = p.count, radius = radii, gap = 0.02, x = { -out, out }, y = { -out, out }, z = { 0.5, 1.3 } }
    end
    local throw = poured and 0 or world:draw("throw", number(0.7, 1.2))   -- m/s towards the middle, per metre of distance
    local pace = world:draw("pace", number(0.26, 0.40))                   -- s from one to the next
    for i, t in ipairs(things) do
      local x, y = places[i][1], places[i][2]
      if poured then                        -- the first two are in the picture, the others come from above it
        local high = i == 1 and 0.75 or i == 2 and 1.35 or 2.1
        t.spec.at = { x, y, high * p.size }
        t.spec.velocity = { 0, 0, i < 3 and -0.5 or -2.5 }
        t.spec.spawn = i >= 3 and pace * (i - 2) or nil
      else
        t.spec.at = places[i]
        t.spec.velocity = { -throw * x, -throw * y, number(0.5, 2.2) }
      end
      t.make(world, t.spec)
    end

    world:floor { material = p.floor }
    -- the set: a studio under a soft sun, under a spot or among soft boxes, a room, or the open air
    local view = world:draw("view", deg(-180, 180))
    local set = world:draw("set", pick { studio = 6, spot = 1.5, boxes = 0.5, room = 0.7, open = 2 })
    local aside = view + world:draw("light", pick { deg(45, 120), deg(-120, -45) })
    light_set(world, { set = set, view = view, aside = aside, away = 2.4, high = 2.8, power = 830 })
    local reach, high = poured and 0.60 * p.size or 1.05, poured and 1.15 * p.size or 1.15
    local seen = { { 0, 0, high } }
    for a = 0, 315, 45 do
      seen[#seen + 1] = { reach * math.cos(math.rad(a)), reach * math.sin(math.rad(a)), 0 }
    end
    world:camera {
      name = "main", azimuth = view, elevation = poured and deg(24, 36) or deg(13, 26), fov = deg(34),
      look_at = { 0, 0, poured and 0.45 * p.size or 0.35 }, fit = seen, margin = 1.04,
    }
    local what = ({ polyhedra = "polyhedra", round = "round bodies", letters = "letters, crosses and stars", tools = "kitchen and workshop things",
                    stones = "stones", mixed = "solids of many shapes" })[p.set]
    world:caption {
      outcome = poured and "{Count:words} " .. what .. " fall one after another into {a " .. into .. ".material} " .. into .. "."
                or "{Count:words} " .. what .. " are thrown together over {a floor:floor} floor; they fall, bounce and tumble.",
      prompt  = poured and "{Count:words} " .. what .. " fall towards {a " .. into .. ".material} " .. into .. "."
                or "{Count:words} " .. what .. " are thrown together over {a floor:floor} floor.",
    }
  end,
}
