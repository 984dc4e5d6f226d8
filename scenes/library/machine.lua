-- Machines: a train of gears with a paddle, racks on a pinion that weigh one another, a springboard.
local module = 0.024                        -- m: pitch diameter of a gear / teeth

-- A gear in the plane of x and z, turned by `phase` (anticlockwise as seen from -y) about its centre.
local function gear(world, name, teeth, at, phase, look)
  local wheel = world:gear {
    name = name, category = "gear", shape = "gear", teeth = teeth, module = module, thickness = 0.07, bore = 0.03,
    at = at, pitch = -phase, roll = deg(90), material = look.material, color = look.color, collides = false,
  }
  return wheel, world:hinge { name = name .. " axle", a = wheel, at = at, axis = { 0, -1, 0 }, motor = look.motor }
end

-- How a gear of n teeth is turned whose neighbour in the direction `way` has m teeth and is turned by `phase`.
local function meshing(n, m, phase, way)
  local share = (way - phase) * m / (2 * math.pi)
  return way + math.pi - (0.5 - share) * 2 * math.pi / n
end

-- A bar with teeth towards -x (side 1) or +x (side -1), a gap at height 0, its pitch line at x = 0.
local function rack_outline(teeth, side)
  local pitch, slope = math.pi * module, math.tan(math.rad(20))
  local points = { { side * 0.07, -teeth / 2 * pitch }, { side * 0.07, teeth / 2 * pitch } }
  for k = teeth - 1, 0, -1 do
    local z = (k - teeth / 2 + 0.5) * pitch
    for _, corner in ipairs { { 1.2, 1 }, { -1, 1 }, { -1, -1 }, { 1.2, -1 } } do
      points[#points + 1] = { side * corner[1] * module, z + corner[2] * (0.24 * pitch + corner[1] * module * slope) }
    end
  end
  return points
end

scene {
  family = "machine",
  title = "Machines: gears that drive a paddle, racks that weigh one another, a springboard",
  params = {
    kind  = pick { "gears", "racks", "springboard" },
    look  = pick { "steel", "brass", "painted metal", "plastic", "oak" },
    board = pick { "walnut", "slate", "painted wood", "plaster" },
  },

  build = function(world, p)
    local hue = world:shuffle("colors", colors)
    local paints = p.look == "painted metal" or p.look == "plastic"
    local function look(i) return { material = p.look, color = paints and hue[i] or nil } end
    local fit, outcome, prompt

    local function backboard(width, height)
      world:box { name = "board", category = "board", shape = "board", static = true, size = { width, 0.04, height }, at = { 0, 0.12 },
                  material = p.board, color = p.board == "painted wood" and hue[8] or nil, collides = false }
      world:box { name = "foot", category = "board", shape = "board", static = true, size = { width, 0.5, 0.03 }, at = { 0, 0.15 },
                  material = p.board, color = p.board == "painted wood" and hue[8] or nil, collides = false }
    end

    if p.kind == "gears" then
      local speed = world:draw("speed", pick { number(1.5, 3), number(-3, -1.5) })
      local teeth = { world:draw("teeth 1", int(9, 13)), world:draw("teeth 2", int(16, 22)), world:draw("teeth 3", int(12, 18)) }
      local ways = { world:draw("way 1", deg(0, 40)), world:draw("way 2", deg(-15, 25)) }
      local at, phase = { -0.62, 0, 0.86 }, 0
      local drive = look(1)
      drive.motor = { velocity = speed, max_force = 200 }
      local _, axle = gear(world, "gear 1", teeth[1], at, phase, drive)
      for i = 2, 3 do
        local way, apart = ways[i - 1], module * (teeth[i - 1] + teeth[i]) / 2
        at = { at[1] + apart * math.cos(way), 0, at[3] + apart * math.sin(way) }
        phase = meshing(teeth[i], teeth[i - 1], phase, way)
        local _, next_axle = gear(world, "gear " .. i, teeth[i], at, phase, look(i))
        world:couple { name = "teeth " .. i, a = next_axle, b = axle, ratio = -teeth[i - 1] / teeth[i] }
        axle = next_axle
      end
      -- the last gear carries two arms, which sweep blocks off a shelf
      local reach, thick = 0.5, 0.05
      local arms = world:box { name = "paddle", category = "paddle", shape = "paddle", size = { 2 * reach, 0.06, thick }, material = "painted wood", color = hue[4],
                               at = { at[1], -0.10, at[3] }, pitch = world:draw("paddle", deg(-25, 25)) }
      world:fixed { name = "paddle on gear", a = arms, b = "gear 3" }
      local n = world:draw("blocks", int(2, 4))
      local z = at[3] - reach - 0.06          -- the tip passes above it, and through the blocks
      world:box { name = "shelf", category = "shelf", shape = "shelf", static = true, size = { 0.5, 0.24, 0.03 }, at = { at[1] + 0.02, -0.12, z }, material = p.board, color = hue[8] }
      for i = 1, n do
        world:box { name = "block " .. i, category = "block", shape = "block", size = { 0.07, 0.12, 0.13 }, on = "shelf", at = { at[1] + 0.02 + (i - (n + 1) / 2) * 0.11, -0.12 },
                    material = pick { "pine", "oak", "cork" }, restitution = 0.1 }
      end
      backboard(2.0, 1.45)
      fit = { "board", { 0, -0.6, 0 } }
      outcome = "Three meshing {look} gears turn; the last one carries a paddle that sweeps blocks off a shelf."
      prompt = "Three meshing {look} gears turn a paddle above a shelf with blocks."
    elseif p.kind == "racks" then
      local teeth = 2 * world:draw("teeth", int(6, 9))
      local r, high = module * teeth / 2, 1.0
      local heavy = world:draw("heavier", pick { "left", "right" })
      local light_mass = world:draw("light", number(5, 8))
      local extra = world:draw("extra", number(0.3, 0.9))
      local _, axle = gear(world, "pinion", teeth, { 0, 0, high }, 0, look(1))
      for side = -1, 1, 2 do
        local name = side < 0 and "left" or "right"
        local loaded = name == heavy
        local rack = world:object {
          name = name .. " rack", category = "rack", shape = "rack", at = { side * r, 0, high }, collides = false,
          mass = light_mass + (loaded and extra or 0), material = p.look, color = paints and hue[2] or nil,
          parts = {
            { shape = "extrusion", outline = rack_outline(14, side), height = 0.07, roll = deg(90), crease = 0 },
            { shape = "box", size = { 0.20, 0.20, loaded and 0.26 or 0.18 }, at = { side * 0.05, 0, -7 * math.pi * module - (loaded and 0.13 or 0.09) }, material = "painted metal", color = loaded and hue[3] or hue[4] },
          },
        }
        world:slider { name = name .. " guide", a = rack, at = { side * r, 0, high }, axis = { 0, 0, 1 }, limits = { -0.30, 0.30 }, damping = 0.5 }
        world:couple { name = name .. " teeth", a = name .. " guide", b = axle, ratio = side * r }
      end
      backboard(1.3, 1.75)
      fit = { "board", { 0, -0.3, 0 }, { -r, 0, high + 0.85 }, { r, 0, high + 0.85 } }
      world:expect { moved = "left rack", distance = 0.1, by = 4 }
      outcome = "Two racks with weights hang on {a look} pinion; the heavier one on the " .. heavy .. " goes down and lifts the other."
      prompt = "Two racks with weights hang on {a look} pinion."
    else
      local n, long = 7, world:draw("length", number(0.95, 1.25))
      local step, wide, thick = long / n, 0.34, 0.028
      local high = 0.62
      world:box { name = "base", category = "base", shape = "base", static = true, size = { 0.4, 0.5, high }, at = { -0.2, 0 }, material = p.board, color = p.board == "painted wood" and hue[8] or nil }
      local plank_mass = 500 * step * wide * thick
      local stiffness = world:draw("stiffness", number(900, 1800))
      local before = "base"
      for i = 1, n do
        local segment = world:box { name = "board " .. i, category = "springboard", shape = "springboard", size = { 0.985 * step, wide, thick }, mass = plank_mass,
                                    at = { (i - 0.5) * step, 0, high - thick / 2 }, material = "pine", restitution = 0.1 }
        -- bent upwards by as much as its weight bends it down
        local beyond = n - i + 1
        local torque = plank_mass * world.gravity * step * beyond * beyond / 2
        world:hinge { name = "bend " .. i, a = segment, b = before, at = { (i - 1) * step, 0, high - thick / 2 }, axis = { 0, -1, 0 },
                      stiffness = stiffness, rest = torque / stiffness, damping = 0.8 }
        before = segment
      end
      local edge = world:draw("edge", number(0.14, 0.19))
      world:box { name = "crate", category = "crate", shape = "crate", size = edge, mass = world:draw("mass", number(1.2, 2.5)), material = { "painted wood", image = "print:stamp HEAVY" }, color = hue[1],
                  at = { long - step * world:draw("place", number(0.9, 1.8)), 0, high + edge / 2 + world:draw("drop", number(0.4, 0.8)) }, yaw = deg(-10, 10), restitution = 0.1 }
      fit = { "base", "board " .. n, "crate", { long + 0.4, 0, 0 } }
      outcome = "{A crate.color} crate falls onto the end of a springboard, which bends and throws it up again."
      prompt = "{A crate.color} crate falls onto the end of a springboard."
      world:expect { moved = "board " .. n, distance = 0.01, by = 1.5 }
    end

    world:floor { material = pick(materials.indoor) }
    -- the set: a studio under a soft sun, under a spot or among soft boxes, a room, or the open air
    local view = world:draw("view", deg(-118, -62))
    local set = world:draw("set", pick { studio = 6, spot = 1, boxes = 0.5, room = 0.3, open = 2 })
    local aside = view + world:draw("light", pick { deg(30, 75), deg(-75, -30) })
    light_set(world, { set = set, view = view, aside = aside, toward = 0.7 })
    world:camera { name = "main", azimuth = view, elevation = deg(9, 19), fov = deg(34), margin = 1.05, fit = fit }
    world:caption { outcome = outcome, prompt = prompt }
  end,
}
