-- A tower of blocks: it stands, or leans too far and falls, or a ball brings it down.
scene {
  family = "tower",
  title = "A tower of blocks that stands, falls by its own lean, or is struck by a ball",
  params = {
    kind  = pick { "stable", "unstable", "struck" },
    count = int(4, 9),
    look  = pick { "painted wood", "woods", "stones" },
  },

  build = function(world, p)
    local width, height = 0.30, 0.20
    local paint = world:shuffle("colors", colors)
    local heading = world:draw("heading", deg(-180, 180))
    local dx, dy = math.cos(heading), math.sin(heading)

    -- a lean of width / count a block puts the centre of the upper ones over the lowest one's edge
    local lean = p.kind == "unstable" and width / p.count * world:draw("lean", number(1.15, 1.5)) or 0
    local below, top
    for i = 1, p.count do
      local jitter = p.kind == "unstable" and 0.004 or 0.018
      local shift = lean * (i - 1)
      below = world:box {
        name = "block " .. i, category = "block", shape = "block", size = { width, width, height },
        at = { shift * dx + world:draw("x " .. i, number(-jitter, jitter)),
               shift * dy + world:draw("y " .. i, number(-jitter, jitter)),
               height * (i - 0.5) },
        yaw = heading + world:draw("yaw " .. i, number(-0.12, 0.12)) * (lean > 0 and 0.2 or 1),
        material = p.look == "painted wood" and p.look
                   or world:draw("material " .. i, pick(p.look == "woods" and { "oak", "walnut", "pine", "teak" }
                                                        or { "granite", "marble", "sandstone", "slate", "terracotta" })),
        color = p.look == "painted wood" and paint[1 + (i - 1) % #paint] or nil,
        restitution = 0.1,
      }
      top = i * height
    end

    if p.kind == "struck" then
      local speed, far, r = world:draw("speed", number(3.2, 4.5)), 3.0, 0.16
      local z = top * world:draw("height", number(0.4, 0.65))
      -- thrown so that it passes the tower's axis at height z
      local t = far / speed
      world:sphere {
        name = "ball", category = "ball", shape = "ball", radius = r, material = "rubber", color = pick(colors),
        mass = 2.5 * below.mass,                -- enough for blocks of stone too
        at = { -far * dx, -far * dy, math.max(z, r + 0.05) },
        velocity = { speed * dx, speed * dy, 0.5 * world.gravity * t + (z - math.max(z, r + 0.05)) / t },
      }
      world:expect { moved = "block " .. p.count, distance = 0.3, by = 4.0 }
    elseif p.kind == "unstable" then
      world:expect { moved = "block " .. p.count, distance = 0.3, by = 4.0 }
    else
      world:expect { standing = "block " .. p.count }
    end

    world:floor { material = pick(materials.indoor) }
    local reach = ({ stable = 0.4, unstable = 1.15 * top + 0.35, struck = 1.15 * top + 0.7 })[p.kind]
    -- the set: a studio under a soft sun, under a spot or among soft boxes, a room, or the open air
    local view = heading + world:draw("side", pick { deg(60, 120), deg(-120, -60) })
    local set = world:draw("set", pick { studio = 6, spot = 1.5, boxes = 0.5, room = 0.7, open = 2 })
    local aside = view + world:draw("light", pick { deg(45, 120), deg(-120, -45) })
    light_set(world, { set = set, view = view, aside = aside, at = { 0.4 * reach * dx, 0.4 * reach * dy } })
    world:camera {
      name = "main", azimuth = view, elevation = deg(12, 23), fov = deg(34), margin = 1.06,
      orbit = p.kind == "stable" and deg(8, 14) or deg(-4, 4),
      fit = { "block 1", "block " .. p.count, { reach * dx, reach * dy, 0 }, { -0.4 * dx, -0.4 * dy, 0 }, { 0, 0, top + 0.1 } },
    }
    local outcomes = {
      stable   = "A tower of {count:words} blocks stands still.",
      unstable = "A leaning tower of {count:words} blocks falls over.",
      struck   = "{A ball.color} ball is thrown at a tower of {count:words} blocks and knocks it apart.",
    }
    world:caption {
      outcome = outcomes[p.kind],
      prompt  = p.kind == "struck" and "{A ball.color} ball is thrown at a tower of {count:words} blocks."
                or "A tower of {count:words} blocks.",
    }
  end,
}
