-- Things fall into a basin of water: some float, some sink. The water is painted as an opaque
-- surface: what is below it is not seen.
local kinds = {
  cork      = { word = "cork", floats = true },
  pine      = { word = "pine", floats = true },
  oak       = { word = "oak", floats = true },
  styrofoam = { word = "styrofoam", floats = true },
  ice       = { word = "ice", floats = true },
  steel     = { word = "steel", floats = false },
  granite   = { word = "granite", floats = false },
  brass     = { word = "brass", floats = false },
  glass     = { word = "glass", floats = false },
}
local light = { "cork", "pine", "oak", "styrofoam", "ice" }
local heavy = { "steel", "granite", "brass", "glass" }

scene {
  family = "water",
  title = "Things of different density dropped into a basin of water",
  params = {
    floating = int(2, 5),                   -- how many float
    sinking  = int(1, 4),
    depth    = number(0.5, 0.8),            -- m of water
    size     = number(0.85, 1.15),          -- scale of all things
    basin    = pick { "concrete", "marble", "tiles", "brick", "slate" },
  },

  build = function(world, p)
    local inside, wall, rim = 1.6, 0.09, 0.09
    local height = p.depth + rim
    local side = (inside + wall) / 2
    world:object { name = "basin", category = "basin", shape = "basin", static = true, material = p.basin, at = { 0, 0, 0 }, parts = {
      { shape = "box", size = { inside + 2 * wall, wall, height }, at = { 0, side, height / 2 } },
      { shape = "box", size = { inside + 2 * wall, wall, height }, at = { 0, -side, height / 2 } },
      { shape = "box", size = { wall, inside, height }, at = { side, 0, height / 2 } },
      { shape = "box", size = { wall, inside, height }, at = { -side, 0, height / 2 } },
    } }
    world:water { size = { inside, inside, p.depth } }
    local tones = { { "#16434f", "#1c5462" }, { "#1b4d52", "#226067" }, { "#1c4a44", "#245c54" }, { "#183d60", "#204c74" } }
    local tone = tones[world:draw("tone", int(1, 4))]
    world:wall {
      name = "surface of the water", size = { inside, inside, 0.01 }, at = { 0, 0, p.depth - 0.005 }, collides = false,
      material = { "slate", color = tone[1], color2 = tone[2], roughness = 0.06, scale = 0.13, bump = 0.0035 },
    }

    local paint = world:shuffle("colors", colors)
    local n = p.floating + p.sinking
    local order = {}
    for i = 1, n do order[i] = i <= p.floating end
    order = world:shuffle("order", order)
    local radii, things = {}, {}
    for i = 1, n do
      local material = world:draw("material " .. i, pick(order[i] and light or heavy))
      local shape = world:draw("shape " .. i, pick { "box", "sphere", "cylinder", "ellipsoid", "cone", "hull" })
      local r = p.size * (order[i] and 0.17 or 0.13) * world:draw("size " .. i, number(0.9, 1.25))
      local spec = { name = "thing " .. i, material = material, rotation = "random", restitution = 0.1,
                     spin = { number(-2, 2), number(-2, 2), number(-2, 2) } }
      if shape == "box" then
        spec.size = { 1.5 * r, 1.3 * r, 1.2 * r * world:draw("flat " .. i, number(0.5, 1)) }
      elseif shape == "sphere" then
        spec.radius = 0.85 * r
      elseif shape == "cylinder" then
        spec.radius, spec.length = 0.65 * r, 1.3 * r
      elseif shape == "cone" then
        spec.radius, spec.length = 0.75 * r, 1.4 * r
      elseif shape == "ellipsoid" then
        spec.radii = { r, 0.8 * r, 0.6 * r }
      else
        spec.points, spec.shape = {}, "stone"
        for k = 1, 14 do
          local z = (2 * k - 1) / 14 - 1
          local a, out = 2.4 * k, math.sqrt(1 - z * z)
          local bump = r * world:draw("bump " .. i .. " " .. k, number(0.75, 1))
          spec.points[k] = { bump * out * math.cos(a), bump * out * math.sin(a), 0.8 * bump * z }
        end
      end
      things[i], radii[i] = { make = world[shape], spec = spec }, 1.1 * r
    end
    local places = world:scatter { name = "start", count = n, radius = radii, x = { -0.55, 0.55 }, y = { -0.55, 0.55 }, z = { p.depth + 0.25, p.depth + 0.5 + 0.22 * n }, gap = 0.03 }
    for i, t in ipairs(things) do
      t.spec.at = places[i]
      t.make(world, t.spec)
    end

    world:floor { material = pick { "parquet", "concrete", "grass", "sand", "linoleum" } }
    -- the open air; the sun stands aside or behind
    local view = world:draw("view", deg(-180, 180))
    local sky = world:draw("sky", pick { clear = 3, hazy = 4, evening = 2, cloudy = 0.5, daylight = 0.5 })
    world:sky(sky)
    world:sun {
      azimuth = view + world:draw("light", pick { deg(40, 115), deg(-115, -40) }), elevation = deg(24, 45), size = deg(0.6, 2),
      temperature = sky == "evening" and number(3900, 4700) or number(4800, 5800), strength = sky == "cloudy" and 1.2 or number(2.9, 3.4),
    }
    world:exposure(number(1.05, 1.2))
    local rims, out = { { 0, 0, p.depth + 0.45 } }, inside / 2 + wall
    for _, c in ipairs { { -1, -1 }, { -1, 1 }, { 1, -1 }, { 1, 1 } } do
      rims[#rims + 1] = { c[1] * out, c[2] * out, height }
      rims[#rims + 1] = { c[1] * out, c[2] * out, 0.3 * height }
    end
    world:camera { name = "main", azimuth = view, elevation = deg(27, 40), fov = deg(34), margin = 1.0,
                   look_at = { 0, 0, 0.8 * p.depth }, fit = rims }
    for i, floats in ipairs(order) do
      if not floats then world:expect { moved = "thing " .. i, distance = 0.3, by = 4 } end
    end
    world:caption {
      outcome = "{Floating:words} light and {sinking:words} heavy things fall into a basin of dark water; the light ones float and the heavy ones sink.",
      prompt  = "Things of different materials fall into a basin of dark water.",
    }
  end,
}
