-- A hanging chain, or a bridge of planks, is struck by a ball: it swings and holds, or it tears.
scene {
  family = "chain",
  title = "A hanging chain or a plank bridge struck by a ball: it holds or it tears",
  params = {
    kind  = pick { "chain", "bridge" },
    count = int(9, 14),                     -- links or planks
    fate  = pick { "holds", "tears" },
    wood  = pick { "oak", "pine", "walnut", "painted wood" },
  },

  build = function(world, p)
    local bridge, tears = p.kind == "bridge", p.fate == "tears"
    local wood_color = p.wood == "painted wood" and world:draw("wood color", pick(colors)) or nil
    local seen

    if bridge then
      -- it hangs in an arc in the plane of x and z; even places of it are planks, odd ones joints
      local span, high, strength = 2.2, 1.05, tears and 900 or nil
      local bend = world:draw("bend", deg(55, 80))
      local length = span * (bend / 2) / math.sin(bend / 2)
      for side = -1, 1, 2 do
        world:box { name = side < 0 and "left tower" or "right tower", category = "tower", shape = "tower", static = true,
                    size = { 0.4, 0.8, high }, at = { side * (span / 2 + 0.2), 0 }, material = p.wood, color = wood_color }
      end
      local before, joint = "left tower", nil
      for i, at, slope in arc { from = { -span / 2, high - 0.02 }, heading = -bend / 2, bend = bend, length = length }:steps(2 * p.count + 1) do
        if i % 2 == 0 then
          local plank = world:box { name = "plank " .. i // 2, category = "plank", shape = "plank", size = { 0.86 * length / p.count, 0.62, 0.03 },
                                    at = { at[1], 0, at[2] }, pitch = -slope, material = p.wood, color = wood_color, restitution = 0.1 }
          world:hinge { a = plank, b = before, at = joint, axis = { 0, 1, 0 }, damping = 0.4, break_force = strength }
          before = plank
        else
          joint = { at[1], 0, at[2] }
        end
      end
      world:hinge { a = before, b = "right tower", at = joint, axis = { 0, 1, 0 }, damping = 0.4, break_force = strength }
      local r = world:draw("radius", number(0.14, 0.18))
      world:sphere {
        name = "ball", category = "ball", shape = "ball", radius = r, at = { world:draw("x", number(-0.25, 0.25)), 0, high + world:draw("drop", number(0.45, 0.8)) },
        velocity = { number(-0.3, 0.3), 0, 0 },
        material = tears and "steel" or world:draw("ball material", pick { "rubber", "plastic", "cork" }), color = pick(colors), restitution = 0.2,
      }
      seen = { "left tower", "right tower", { 0, 0, high + 0.6 } }
      if tears then world:expect { moved = "ball", distance = 0.9, by = 3 } end
    else
      local pitch = 0.085
      local high = p.count * pitch + 0.5
      world:object { name = "frame", category = "frame", shape = "frame", static = true, collides = false, material = p.wood, color = wood_color, at = { 0, 0, 0 }, parts = {
        { shape = "rounded_box", length = high + 0.06, width = 0.10, height = 0.10, radius = 0.014, pitch = deg(90), at = { 0, 0.6, (high + 0.06) / 2 } },
        { shape = "rounded_box", length = 0.75, width = 0.09, height = 0.09, radius = 0.014, yaw = deg(90), at = { 0, 0.25, high + 0.02 } },
        { shape = "rounded_box", length = 0.7, width = 0.10, height = 0.05, radius = 0.014, at = { 0, 0.6, 0.025 } },
        { shape = "rounded_box", length = 0.6, width = 0.10, height = 0.05, radius = 0.014, yaw = deg(90), at = { 0, 0.6, 0.025 } },
      } }
      local weak = world:draw("weak", int(p.count // 3, p.count - 2))
      local above
      for i = 1, p.count do
        local z = high - 0.03 - (i - 0.5) * pitch
        -- rings that stand across one another; they meet the rest of the world as short bars
        local link = world:object {
          name = "link " .. i, category = "link", shape = "link", mass = 0.14, material = "steel", at = { 0, 0, z }, yaw = i % 2 == 0 and deg(90) or 0, parts = {
            { shape = "torus", radius = 0.5 * pitch, tube = 0.012, segments = 20, sides = 8, pitch = deg(90), collides = false },
            { shape = "capsule", radius = 0.018, length = 0.045, visible = false },
          } }
        world:ball { name = "joint " .. i, a = link, b = above, at = { 0, 0, z + pitch / 2 }, damping = 2e-4,
                     break_force = tears and i == weak and 150 or nil }
        above = link
      end
      local bob_r = world:draw("bob radius", number(0.09, 0.11))
      local z = high - 0.03 - p.count * pitch - bob_r
      local bob = world:sphere { name = "bob", category = "bob", shape = "bob", radius = bob_r, at = { 0, 0, z }, rolling = 0.01, material = pick { "oak", "teak", "phenolic" }, color = pick(colors) }
      world:ball { name = "joint " .. p.count + 1, a = bob, b = above, at = { 0, 0, z + bob_r }, damping = 1e-4 }
      local speed, far, ball_r = world:draw("speed", number(3.2, 4.4)), 1.3, 0.10
      local t = far / speed
      world:sphere {
        name = "ball", category = "ball", shape = "ball", radius = ball_r, rolling = 0.01, material = tears and "granite" or "rubber", color = pick(colors),
        at = { -far, 0, z }, velocity = { speed, world:draw("aside", number(-0.08, 0.08)), 0.5 * world.gravity * t },
      }
      seen = { "frame", "ball", { 1.4, 0, 0 }, { -1.2, 0, 0 } }
      world:expect { moved = "bob", distance = 0.15, by = 2 }
    end

    world:floor { material = pick(materials.indoor) }
    -- the set: a studio under a soft sun, under a spot or among soft boxes, a room, or the open air
    local view = world:draw("view", bridge and pick { deg(-112, -68), deg(68, 112) } or pick { deg(-124, -104), deg(-76, -56) })
    local set = world:draw("set", pick { studio = 6, spot = 1.5, boxes = 0.5, room = 0.7, open = 2 })
    local aside = view + world:draw("light", pick { deg(45, 120), deg(-120, -45) })
    light_set(world, { set = set, view = view, aside = aside, away = 2.6, high = 3.0, power = 970 })
    world:camera { name = "main", azimuth = view, elevation = deg(9, 19), fov = deg(34), margin = 1.05, fit = seen }
    local what = bridge and "a hanging bridge of {count:words} {wood} planks" or "a bob on a chain of {count:words} links"
    world:caption {
      outcome = bridge and "{A ball.material} ball falls onto " .. what .. (tears and ", which tears and drops its planks." or ", which swings and holds.")
                or "{A ball.material} ball strikes " .. what .. (tears and ", which tears." or ", which swings up."),
      prompt  = bridge and "{A ball.material} ball falls onto " .. what .. "." or "{A ball.material} ball is thrown at " .. what .. ".",
    }
  end,
}
