-- A block and something round go down the same ramp: one slides against friction, the other rolls.
scene {
  family = "ramp",
  title = "A block slides and a round body rolls down a ramp",
  params = {
    slope    = deg(12, 26),
    friction = number(0.06, 0.36),          -- of the block on the ramp and on the floor
    round    = pick { "sphere", "cylinder", "capsule" },
    ramp     = pick(materials.woods),
    block    = pick { "steel", "ice", "oak", "granite", "plastic", "brass" },
  },

  build = function(world, p)
    local s, c = math.sin(p.slope), math.cos(p.slope)
    local length, width, thick = 2.0, 0.9, 0.04
    local grip = 0.5                        -- friction of ramp and floor; a pair has sqrt(a * b)

    -- the ramp goes down along +x and meets the floor at x = 0; (u, v, h): down, across, above it
    local function on_ramp(u, v, h)
      return { (u - length) * c + h * s, v, (length - u) * s + h * c }
    end
    world:box {
      name = "ramp", category = "ramp", shape = "ramp", static = true, size = { length, width, thick },
      at = on_ramp(length / 2, 0, -thick / 2), pitch = p.slope, material = p.ramp, friction = grip,
    }
    local top = on_ramp(0.12, 0, -thick)
    world:box {
      name = "support", category = "support", static = true, size = { 0.12, width * 0.9, top[3] - 0.02 },
      at = { top[1], 0 }, material = p.ramp,
    }
    world:box {
      name = "stop", category = "stop", shape = "bar", static = true, size = { 0.08, 1.3, 0.16 },
      at = { 1.15, 0 }, material = "concrete", friction = grip,
    }

    local edge, lane = 0.2, world:draw("lane", pick { -0.25, 0.25 })
    world:box {
      name = "block", category = "block", shape = "block", size = { edge * 1.2, edge, edge * 0.9 },
      at = on_ramp(0.22, lane, edge * 0.45), pitch = p.slope,
      material = p.block, friction = p.friction ^ 2 / grip,
    }
    local r = 0.11
    local spec = {
      name = "roller", category = "roller", radius = r, material = pick { "rubber", "plastic", "painted wood" },
      color = pick(colors), friction = 0.8, restitution = 0.4, rolling = 0.001, at = on_ramp(0.22, -lane, r),
    }
    if p.round ~= "sphere" then
      spec.length, spec.roll = 0.2, deg(90)
    end
    world[p.round](world, spec)

    world:floor { material = pick(materials.indoor), friction = grip }
    -- the set: a studio under a soft sun, under a spot or among soft boxes, a room, or the open air
    local view = world:draw("view", deg(-112, -62))
    local set = world:draw("set", pick { studio = 6, spot = 1.5, boxes = 0.5, room = 0.7, open = 2 })
    local aside = view + world:draw("light", pick { deg(45, 120), deg(-120, -45) })
    light_set(world, { set = set, view = view, aside = aside })
    world:camera {
      name = "main", azimuth = view, elevation = deg(13, 25), fov = deg(32), margin = 1.04,
      look_at = { -0.35, 0, 0.25 },
      fit = { "ramp", "block", "roller", { 1.25, -0.65, 0 }, { 1.25, 0.65, 0 }, { 1.25, 0, 0.2 } },
    }
    local slides = math.tan(p.slope) > p.friction
    world:expect { moved = "roller", distance = 0.5, by = 2.5 }
    if slides then world:expect { moved = "block", distance = 0.05, by = 2.5 } end
    world:caption {
      outcome = "{A block} block and {a roller.color} {roller.shape} are let go on {a ramp} ramp; the {roller.shape} rolls down and " ..
                (slides and "the block slides down as well." or "the block stays where it is, held by friction."),
      prompt  = "{A block} block and {a roller.color} {roller.shape} are let go on {a ramp} ramp.",
    }
  end,
}
