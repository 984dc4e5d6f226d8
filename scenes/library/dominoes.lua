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
    if set == "boxes" then
      world:sky { kind = "softboxes", turn = aside, strength = 0.8 }
    else
      world:sky(pick(({ open = { "clear", "hazy", "evening" }, room = { "studio" },
                        spot = { "dark studio", "blue studio", "green studio", "rose studio" } })[set]
                     or { "studio", "seamless", "seamless", "blue studio", "green studio", "rose studio" }))
    end
    if set == "room" then
      world:wall { name = "wall", size = { 0.1, 20, 4 }, at = { middle[1] - 3.2 * math.cos(view), middle[2] - 3.2 * math.sin(view) }, yaw = view,
                   material = { "porcelain", roughness = 0.9, color = pick { "#ece8e0", "#c3d3d8", "#dcdfe2", "#bccab6", "#a5b8cf" } } }
    end
    if set == "spot" then
      world:lamp { kind = "spot", at = { middle[1] + 3.0 * math.cos(aside), middle[2] + 3.0 * math.sin(aside), 3.4 }, toward = { middle[1], middle[2], 0.2 }, radius = 0.12,
                   cone = deg(64), blend = 0.8, temperature = number(4600, 6200), power = 1300 }
    else
      world:sun { azimuth = aside, elevation = deg(28, 50), size = deg(1, 3.5), temperature = number(5000, 6300), strength = number(3, 3.6) }
    end
    world:exposure(number(1.05, 1.2))

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
