-- The break: a cue ball runs into a triangle of balls on a felt table.
scene {
  family = "billiards",
  title = "A cue ball breaks a rack of balls on a felt table",
  params = {
    rows  = int(2, 5),                      -- of the triangle: 3 to 15 balls
    speed = number(3.0, 6.0),               -- m/s of the cue ball
    aim   = deg(-1.5, 1.5),                     -- off the middle of the rack
    cloth = pick { "green", "blue", "red" },
    wood  = pick { "walnut", "oak", "teak" },
  },

  build = function(world, p)
    local r, gap = 0.034, 0.0016            -- m; a rack is never quite tight nor quite regular
    local length, width = 1.30, 0.74        -- of the cloth
    local bed, rail, rim = 0.70, 0.05, 0.08 -- height of the cloth; rails above it, and how wide
    local ball_rolling = 3e-4

    local cloths = { green = "#1f6b45", blue = "#1c4d86", red = "#86202b" }
    local parts = {
      { shape = "box", size = { length, width, 0.04 }, at = { 0, 0, bed - 0.02 },
        material = "felt", color = cloths[p.cloth] },
      { shape = "box", size = { length + 2 * rim, width + 2 * rim, 0.06 }, at = { 0, 0, bed - 0.07 } },
    }
    local function add(size, at, material)
      parts[#parts + 1] = { shape = "box", size = size, at = at, material = material }
    end
    for side = -1, 1, 2 do
      local y, x = side * (width + rim) / 2, side * (length + rim) / 2
      add({ length + 2 * rim, rim, 0.04 + rail }, { 0, y, bed + (rail - 0.04) / 2 })
      add({ rim, width, 0.04 + rail }, { x, 0, bed + (rail - 0.04) / 2 })
      for end_ = -1, 1, 2 do
        add({ 0.09, 0.09, bed - 0.10 }, { end_ * (length / 2 - 0.02), side * (width / 2 - 0.02), (bed - 0.10) / 2 })
      end
    end
    world:object { name = "table", shape = "table", static = true, material = p.wood, at = { 0, 0, 0 }, parts = parts }

    local paint = world:shuffle("colors", colors)
    local apex, d, n = 0.22, 2 * r + gap, 0
    for row = 0, p.rows - 1 do
      for k = 0, row do
        n = n + 1
        local off = { world:draw("x " .. n, number(-0.0005, 0.0005)), world:draw("y " .. n, number(-0.0005, 0.0005)) }
        world:sphere {
          name = "ball " .. n, category = "ball", shape = "ball", radius = r,
          at = { apex + row * d * math.sqrt(3) / 2 + off[1], (k - row / 2) * d + off[2], bed + r },
          material = { "phenolic", image = "print:number " .. n, mapping = "z", image_scale = 1.1 * r },
          color = paint[1 + (n - 1) % #paint], rolling = ball_rolling,
        }
      end
    end

    local x0, y0 = -0.42, world:draw("cue place", number(-0.12, 0.12))
    local heading = math.atan(-y0, apex - x0) + p.aim
    world:sphere {
      name = "cue ball", category = "ball", shape = "ball", radius = r, at = { x0, y0, bed + r },
      velocity = { p.speed * math.cos(heading), p.speed * math.sin(heading), 0 },
      material = "phenolic", color = "white", rolling = ball_rolling,
    }

    world:floor { material = pick { "parquet", "carpet", "tiles", "marble", "pine" } }
    -- a hall under the lamp above the table, or a light room by day
    local view = world:draw("view", deg(-114, -66))
    local set = world:draw("set", pick { lamp = 3, day = 5, boxes = 0.3, room = 0.3 })
    local aside = view + world:draw("light", pick { deg(40, 110), deg(-110, -40) })
    light_set(world, {
      set = ({ lamp = "spot", day = "studio" })[set] or set, view = view, aside = aside, wall = 2.6, elevation = deg(30, 55),
      skies = set == "lamp" and { "dark studio", "blue studio", "green studio" } or { "studio", "seamless", "blue studio" },
      spot = { kind = "spot", at = { 0.25, 0, bed + 1.7 }, toward = { 0, 0, bed }, radius = 0.10, cone = deg(66), blend = 0.7,
               temperature = number(3800, 5400), power = 230 },
    })

    local z, x, y = bed + rail, length / 2 + rim, width / 2 + rim
    local corners = { { -x, -y, z }, { x, -y, z }, { -x, y, z }, { x, y, z } }
    world:camera { name = "main", azimuth = view, elevation = deg(24, 40), fov = deg(36), margin = 1.04, fit = corners }
    world:camera { name = "above", azimuth = deg(-90), elevation = deg(86), fov = deg(36), margin = 1.06, fit = corners }
    world:expect { moved = "ball 1", distance = 0.02, by = 2.5 }
    world:caption {
      outcome = "A white cue ball breaks a triangle of balls on a {cloth} billiard table with {wood} rails.",
      prompt  = "A white cue ball rolls towards a triangle of balls on a {cloth} billiard table.",
    }
  end,
}
