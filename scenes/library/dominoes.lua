-- A rolling ball topples a curved line of dominoes.
scene {
  family = "dominoes",
  title = "A rolling ball topples a curved line of dominoes",
  step_rate = 600,                          -- many bodies that lean on one another
  params = {
    count   = int(14, 30),
    spacing = number(0.38, 0.58),           -- of a domino's height
    bend    = deg(50, 140),                 -- over the whole line
    turn    = pick { "left", "right" },
    look    = pick { "painted wood", "oak", "walnut", "plastic" },
  },

  build = function(world, p)
    local height = 0.24
    local pitch = p.spacing * height
    local line = arc { from = { 0, 0 }, heading = deg(0), bend = p.turn == "left" and p.bend or -p.bend, length = pitch * (p.count - 1) }
    local hue = world:shuffle("colors", colors)
    local painted = p.look == "painted wood" or p.look == "plastic"

    for i, at, yaw in line:steps(p.count) do
      world:box {
        name = "domino " .. i, category = "domino", shape = "domino", size = { 0.035, 0.12, height },
        at = at, yaw = yaw, material = p.look, restitution = 0.1,
        color = painted and hue[1 + (i - 1) // 5 % #hue] or nil,
      }
    end

    local r, speed, run = 0.125, world:draw("speed", number(1.1, 1.7)), world:draw("run", number(0.5, 0.9))
    world:sphere {
      name = "ball", category = "ball", shape = "ball", radius = r, at = { -run, 0 },
      velocity = { speed, 0, 0 }, spin = { 0, speed / r, 0 }, material = "rubber", color = pick(colors),
    }

    world:floor { material = pick(materials.indoor) }
    local side = p.turn == "left" and deg(-90) or deg(90)   -- look from outside of the bend
    local middle, facing = line:middle()
    -- the set: a studio under a soft sun, under a spot or among soft boxes, a room, or the open air
    local view = facing + side + world:draw("side", deg(-25, 25))
    local set = world:draw("set", pick { studio = 6, spot = 0.8, boxes = 0.5, room = 0.3, open = 2 })
    local aside = view + world:draw("light", pick { deg(45, 120), deg(-120, -45) })
    light_set(world, { set = set, view = view, aside = aside, at = middle, wall = 3.2, away = 3.0, high = 3.4, power = 1300 })

    local last, on = line:finish()
    local beyond = { last[1] + 0.3 * math.cos(on), last[2] + 0.3 * math.sin(on), 0 }
    world:camera { name = "main", azimuth = view, elevation = deg(15, 30), fov = deg(34), margin = 1.04, fit = { "all", beyond } }

    -- a second camera goes along with the wave
    local keys = {}
    for k = 0, 4 do
      local at = line:at(k / 4)
      keys[k + 1] = { time = world.duration * k / 4 * 0.7, look_at = { at[1], at[2], 0.1 } }
    end
    world:camera { name = "along", azimuth = facing + side, elevation = deg(22), distance = 1.5, fov = deg(40), keys = keys }

    world:expect { fallen = "domino " .. p.count, by = 4.5 }
    world:caption {
      outcome = "{A ball.color} ball knocks over {count} {look} dominoes one after another.",
      prompt  = "{A ball.color} ball rolls towards a curved line of {count} {look} dominoes.",
    }
  end,
}
