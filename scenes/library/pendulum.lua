-- A bob swings from a frame: alone, as a double pendulum, or into a wall of boxes.
scene {
  family = "pendulum",
  title = "A pendulum that swings, a double pendulum, or one that strikes a wall of boxes",
  params = {
    kind   = pick { "simple", "double", "strike" },
    length = number(0.75, 1.05),
    angle  = deg(35, 80),
    bob    = pick { "steel", "brass", "copper", "painted metal" },
    boxes  = pick { "cardboard", "painted wood", "pine" },
  },

  build = function(world, p)
    local r = 0.11
    local reach = p.kind == "double" and p.length * 1.55 or p.length
    local pivot = reach + r + 0.10
    local half = 0.45

    world:object {
      name = "frame", category = "frame", shape = "frame", static = true, material = pick(materials.woods),
      at = { 0, 0, 0 }, collides = false,
      parts = {
        { shape = "rounded_box", length = pivot + 0.06, width = 0.06, height = 0.06, radius = 0.010, pitch = deg(90), at = { 0, -half, (pivot + 0.06) / 2 } },
        { shape = "rounded_box", length = pivot + 0.06, width = 0.06, height = 0.06, radius = 0.010, pitch = deg(90), at = { 0, half, (pivot + 0.06) / 2 } },
        { shape = "rounded_box", length = 0.50, width = 0.08, height = 0.04, radius = 0.010, at = { 0, -half, 0.02 } },
        { shape = "rounded_box", length = 0.50, width = 0.08, height = 0.04, radius = 0.010, at = { 0, half, 0.02 } },
        { shape = "cylinder", radius = 0.02, length = 2 * half, roll = deg(90), at = { 0, 0, pivot }, material = "steel" },
      },
    }

    -- a rod with a bob; its frame's origin is the pivot, and it hangs at `angle` towards -x
    local function arm(name, at, length, radius, angle, color)
      return world:object {
        name = name, category = "pendulum", shape = "pendulum", at = at, pitch = angle,
        material = p.bob, color = color,
        collides = p.kind ~= "double",
        parts = {
          { shape = "cylinder", radius = 0.012, length = length, at = { 0, 0, -length / 2 }, material = "aluminium" },
          { shape = "sphere", radius = radius, at = { 0, 0, -length } },
        },
      }
    end

    local color = p.bob == "painted metal" and world:draw("bob color", pick(colors)) or nil
    local upper = arm("pendulum", { 0, 0, pivot }, p.length, p.kind == "double" and 0.08 or r, p.angle, color)
    world:hinge { name = "pivot", a = upper, at = { 0, 0, pivot }, axis = { 0, 1, 0 } }

    local s, c = math.sin(p.angle), math.cos(p.angle)
    local outcome, prompt = "{A pendulum.material} bob on a rod swings to and fro.", "{A pendulum.material} bob on a rod is let go from one side."
    local seen = { "frame", { -reach * 0.9, 0, pivot - reach * 0.4 }, { reach * 0.9, 0, pivot - reach * 0.4 } }

    if p.kind == "double" then
      local joint = { -p.length * s, 0.07, pivot - p.length * c }
      local second = p.angle * world:draw("second", number(-0.6, 1.8))
      local lower = arm("second pendulum", joint, p.length * 0.55, r * 0.8, second, color)
      world:hinge { name = "elbow", a = lower, b = upper, at = joint, axis = { 0, 1, 0 } }
      outcome, prompt = "A double pendulum is let go and swings chaotically.", "A double pendulum is let go from one side."
    elseif p.kind == "strike" then
      local edge, n = 0.16, world:draw("courses", int(3, 5))
      local paint = world:shuffle("colors", colors)
      for row = 1, n do
        for k = 1, 3 do
          world:box {
            name = "box " .. (row - 1) * 3 + k, category = "box", size = edge,
            at = { r + 0.06 + edge / 2, (k - 2) * (edge + 0.003), edge * (row - 0.5) },
            material = p.boxes, restitution = 0.1,
            color = p.boxes == "painted wood" and paint[1 + (row + k) % #paint] or nil,
          }
        end
      end
      outcome = "{A pendulum.material} bob swings down and knocks over a wall of {boxes} boxes."
      prompt  = "{A pendulum.material} bob swings down towards a wall of {boxes} boxes."
      seen[#seen + 1] = { 1.3, 0, 0 }
      world:expect { moved = "box 2", distance = 0.05, by = 3.0 }
    end

    world:floor { material = pick(materials.indoor) }
    -- the set: a studio under a soft sun, under a spot or among soft boxes, a room, or the open air
    local view = world:draw("view", pick { deg(-75, -55), deg(-125, -105), deg(55, 75), deg(105, 125) })
    local set = world:draw("set", pick { studio = 6, spot = 1.5, boxes = 0.5, room = 0.7, open = 2 })
    local aside = view + world:draw("light", pick { deg(45, 120), deg(-120, -45) })
    light_set(world, { set = set, view = view, aside = aside })
    world:camera {
      name = "main", azimuth = view, elevation = deg(9, 20), fov = deg(34),
      margin = 1.04, fit = seen,
    }
    world:caption { outcome = outcome, prompt = prompt }
  end,
}
