-- Balls, wheels and stones roll over ground that is not flat: through a valley, around a crater, among hills.
scene {
  family = "terrain",
  title = "Balls, wheels and stones roll through a valley, around a crater or among hills",
  params = {
    kind   = pick { "valley", "crater", "hills" },
    count  = int(3, 8),
    relief = number(0.8, 1.2),              -- scale of all heights
    ground = pick { "grass", "sandstone", "slate", "marble", "checker" },
  },

  build = function(world, p)
    local wide = 6.4
    local function smooth(x) x = math.max(0, math.min(1, x)) return x * x * (3 - 2 * x) end

    -- waves of a few directions, and the large form; the rim is below the floor
    local waves = {}
    for i = 1, 5 do
      local heading = world:draw("heading " .. i, deg(-180, 180))
      local number_ = world:draw("wave " .. i, number(1.2, 3.6))
      waves[i] = { number_ * math.cos(heading), number_ * math.sin(heading), world:draw("phase " .. i, deg(-180, 180)), world:draw("height " .. i, number(0.3, 1)) / number_ }
    end
    local function rough(x, y)
      local z = 0
      for _, w in ipairs(waves) do z = z + w[4] * math.sin(w[1] * x + w[2] * y + w[3]) end
      return z
    end
    local hills = {}
    for i = 1, 4 do
      local a = (i - 1) * math.pi / 2 + world:draw("hill " .. i, deg(-35, 35))
      local far = world:draw("hill far " .. i, number(1.0, 1.5))
      hills[i] = { far * math.cos(a), far * math.sin(a), world:draw("hill height " .. i, number(0.5, 0.95)), world:draw("hill width " .. i, number(0.5, 0.75)) }
    end
    local forms = {
      valley = function(x, y) return 1.05 * smooth((0.7 - x) / 3.2) + 0.75 * smooth((x - 0.5) / 1.9) + 0.12 * y * y + 0.05 * rough(x, y) + 0.05 end,
      crater = function(x, y)
        local r = math.sqrt(x * x + y * y)
        return r < 1.7 and 0.85 * (r / 1.7) ^ 2 + 0.02 * rough(x, y) + 0.05 or 0.85 * (1 - smooth((r - 1.7) / 1.2)) + 0.02 * rough(x, y) + 0.05
      end,
      hills = function(x, y)
        local z = 0.04 * rough(x, y) + 0.12
        for _, h in ipairs(hills) do z = z + h[3] * math.exp(-((x - h[1]) ^ 2 + (y - h[2]) ^ 2) / (2 * h[4] ^ 2)) end
        return z
      end,
    }
    local form = forms[p.kind]
    local ground = world:height_field {
      size = { wide, wide }, columns = 97, rows = 97, material = p.ground, rolling = 0.001,
      heights = function(x, y)
        local rim = math.max(math.abs(x), math.abs(y)) / (wide / 2)
        return p.relief * form(x, y) * (1 - smooth((rim - 0.72) / 0.26)) - 0.02
      end,
    }

    local paint = world:shuffle("colors", colors)
    local radii = {}
    for i = 1, p.count do radii[i] = 0.24 end
    local box = ({ valley = { x = { -2.0, -1.3 }, y = { -1.4, 1.4 } }, crater = { x = { -1.25, 1.25 }, y = { -1.25, 1.25 } }, hills = { x = { -1.7, 1.7 }, y = { -1.7, 1.7 } } })[p.kind]
    local places = world:scatter { name = "start", count = p.count, radius = radii, x = box.x, y = box.y, gap = 0.02 }
    for i = 1, p.count do
      local x, y = places[i][1], places[i][2]
      local shape = world:draw("shape " .. i, pick { sphere = 5, ellipsoid = 1, torus = 2, cylinder = 1, hull = 1 })
      local r = world:draw("radius " .. i, number(0.13, 0.19))
      local spec = {
        name = "thing " .. i, on = ground, at = { x, y }, lift = 0.005, rolling = 0.001, restitution = 0.2,
        material = world:draw("material " .. i, pick { "rubber", "plastic", "painted wood", "steel", "oak" }),
      }
      spec.color = (spec.material ~= "steel" and spec.material ~= "oak") and paint[1 + (i - 1) % #paint] or nil
      if shape == "sphere" then
        spec.radius = r
      elseif shape == "ellipsoid" then
        spec.radii, spec.yaw = { 0.8 * r, 1.15 * r, 0.8 * r }, deg(-20, 20)
      elseif shape == "torus" then
        spec.radius, spec.tube, spec.segments, spec.sides, spec.roll, spec.yaw = 0.95 * r, 0.32 * r, 24, 10, deg(90), deg(-15, 15)
      elseif shape == "cylinder" then
        spec.radius, spec.length, spec.roll, spec.yaw = r, 0.9 * r, deg(90), deg(-20, 20)
      else
        spec.points, spec.shape, spec.material, spec.color = {}, "stone", "granite", nil
        for k = 1, 16 do
          local z = (2 * k - 1) / 16 - 1
          local a, out = 2.4 * k, math.sqrt(1 - z * z)
          local bump = r * world:draw("bump " .. i .. " " .. k, number(0.88, 1.08))
          spec.points[k] = { bump * out * math.cos(a), bump * out * math.sin(a), bump * z }
        end
      end
      if p.kind == "crater" then            -- around the middle
        local v = world:draw("speed " .. i, number(1.2, 2.2))
        local far = math.max(0.3, math.sqrt(x * x + y * y))
        spec.velocity = { -v * y / far, v * x / far, 0 }
      elseif p.kind == "valley" then
        spec.velocity = { number(0.2, 0.8), number(-0.2, 0.2), 0 }
      else
        spec.velocity = { number(-0.6, 0.6), number(-0.6, 0.6), 0 }
      end
      world[shape](world, spec)
    end

    world:floor { material = p.ground }
    local azimuths = { valley = world:draw("side", pick { deg(-115, -65), deg(65, 115) }), crater = world:draw("side", deg(-180, 180)), hills = world:draw("side", deg(-180, 180)) }
    -- the open air; the sun stands aside or behind
    local view = azimuths[p.kind]
    local sky = world:draw("sky", pick { clear = 3, hazy = 4, evening = 2, cloudy = 0.3, daylight = 0.3 })
    world:sky(sky)
    world:sun {
      azimuth = view + world:draw("light", pick { deg(40, 115), deg(-115, -40) }), elevation = deg(24, 42), size = deg(0.6, 2),
      temperature = sky == "evening" and number(3900, 4700) or number(4800, 5800), strength = sky == "cloudy" and 1.2 or number(2.9, 3.4),
    }
    world:exposure(number(1.05, 1.2))
    local seen = { valley = { { -2.0, -1.4, 1.2 }, { -2.0, 1.4, 1.2 }, { 2.0, -1.4, 0.9 }, { 2.0, 1.4, 0.9 }, { 0, -1.8, 0 }, { 0, 1.8, 0 } } }
    local round = {}
    for a = 0, 315, 45 do round[#round + 1] = { 2.0 * math.cos(math.rad(a)), 2.0 * math.sin(math.rad(a)), 0.6 } end
    world:camera {
      name = "main", azimuth = view, elevation = p.kind == "crater" and deg(28, 40) or deg(19, 31), fov = deg(34), margin = 1.02,
      fit = seen[p.kind] or round,
    }
    if p.kind == "valley" then world:expect { moved = "thing 1", distance = 0.5, by = 4 } end
    local outcomes = {
      valley = "{Count:words} things roll and tumble down into a valley and up its other side.",
      crater = "{Count:words} things roll around in a crater.",
      hills  = "{Count:words} things roll from hills into the hollows between them.",
    }
    local prompts = {
      valley = "{Count:words} things are let go at the top of a valley's side.",
      crater = "{Count:words} things are set rolling in a crater.",
      hills  = "{Count:words} things are let go among hills.",
    }
    world:caption { outcome = outcomes[p.kind], prompt = prompts[p.kind] }
  end,
}
