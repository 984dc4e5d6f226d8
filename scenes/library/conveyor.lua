-- Parcels ride on a conveyor belt, drop onto a second one and fall off its end.
scene {
  family = "conveyor",
  title = "Parcels carried by a conveyor belt, dropped onto a second one and into a bin",
  params = {
    count = int(5, 9),
    speed = number(0.6, 1.0),               -- m/s of the first belt
    onward = number(0.5, 1.1),              -- m/s of the second
    goods = pick { "cardboard", "painted wood", "plastic", "pine" },
    turn  = pick { "left", "right" },
  },

  build = function(world, p)
    local high, low, wide = 0.90, 0.48, 0.56
    local way = p.turn == "left" and 1 or -1
    local paint = world:shuffle("colors", colors)
    local frame = world:draw("frame", pick { "steel", "aluminium", "painted metal" })
    local frame_color = frame == "painted metal" and world:draw("frame color", pick(colors)) or nil

    -- a belt of `length` along its own x axis, its top at height z; the frame's origin is below its middle
    local function conveyor(name, length, z, speed, at, yaw, guard)
      local r, post = 0.04, 0.05
      local parts = {
        { shape = "box", size = { length, wide, 2 * r }, at = { 0, 0, z - r }, material = "rubber", color = "#26282b", restitution = 0.05, belt = speed },
        { shape = "box", size = { length, 0.03, 0.10 }, at = { 0, wide / 2 + 0.02, z - 0.06 } },
        { shape = "box", size = { length, 0.03, 0.10 }, at = { 0, -wide / 2 - 0.02, z - 0.06 } },
      }
      if guard then                         -- keeps what falls onto the belt from falling off it
        parts[#parts + 1] = { shape = "box", size = { 0.9, 0.02, 0.24 }, at = { -length / 2 + 0.45, guard * (wide / 2 + 0.02), z + 0.11 } }
      end
      for side = -1, 1, 2 do
        parts[#parts + 1] = { shape = "cylinder", radius = r, length = wide, roll = deg(90), at = { side * length / 2, 0, z - r },
                              material = "rubber", color = "#26282b", restitution = 0.05, belt = speed }
        for across = -1, 1, 2 do
          parts[#parts + 1] = { shape = "box", size = { post, post, z - 0.11 }, at = { side * (length / 2 - 0.12), across * wide / 2, (z - 0.11) / 2 } }
        end
      end
      return world:object { name = name, category = "conveyor", shape = "conveyor belt", static = true, at = at, yaw = yaw,
                            material = frame, color = frame_color, parts = parts }
    end

    local first = 2.0
    conveyor("first belt", first, high, p.speed, { -first / 2, 0, 0 }, 0)
    -- what leaves the first belt flies on while it falls
    local flight = p.speed * math.sqrt(2 * (high - low - 0.1) / world.gravity)
    local x = 0.20 + 0.75 * flight
    local second = 1.9
    conveyor("second belt", second, low, p.onward, { x, way * (second / 2 - 0.45), 0 }, way * deg(90), -way)

    -- a hood over the beginning, out of which the parcels come
    local hood = 0.50
    world:object { name = "hood", category = "hood", static = true, material = frame, color = frame_color, at = { -first + hood / 2, 0, 0 }, parts = {
      { shape = "box", size = { hood + 0.16, 0.02, 0.46 }, at = { -0.08, wide / 2 + 0.05, high + 0.20 } },
      { shape = "box", size = { hood + 0.16, 0.02, 0.46 }, at = { -0.08, -wide / 2 - 0.05, high + 0.20 } },
      { shape = "box", size = { hood + 0.16, wide + 0.12, 0.02 }, at = { -0.08, 0, high + 0.44 } },
      { shape = "box", size = { 0.02, wide + 0.12, 0.46 }, at = { -hood / 2 - 0.15, 0, high + 0.20 } },
    } }

    -- some parcels are under way at the beginning, the others come one after another
    local stamps = { "FRAGILE", "THIS SIDE UP", "HEAVY" }
    local pace = 0.46                                   -- m between them
    for i = 1, p.count do
      local a = world:draw("a " .. i, number(0.18, 0.28))
      local b = world:draw("b " .. i, number(0.16, 0.26))
      local c = world:draw("c " .. i, number(0.12, 0.24))
      local place, late = -0.2 - pace * (i - 1), nil
      if place < -first + 0.2 then
        place, late = -first + 0.2, (-first + 0.2 - place) / p.speed
      end
      world:box {
        name = "parcel " .. i, category = "parcel", shape = "parcel", size = { a, b, c },
        on = "first belt", at = { place, world:draw("y " .. i, number(-0.1, 0.1)) }, yaw = deg(-14, 14),
        material = { p.goods, image = "print:stamp " .. stamps[1 + i % #stamps], mapping = "z", image_scale = 0.8 * math.min(a, b) },
        color = (p.goods == "painted wood" or p.goods == "plastic") and paint[1 + (i - 1) % #paint] or nil,
        density = number(110, 220), velocity = { p.speed, 0, 0 }, restitution = 0.1, spawn = late,
      }
    end

    -- the bin at the end of the second belt
    local end_y = way * (second - 0.45)
    local drop = p.onward * math.sqrt(2 * (low - 0.1) / world.gravity)
    local by = end_y + way * (0.22 + 0.5 * drop)
    local bin, wall = 0.80, 0.28
    world:object { name = "bin", category = "bin", shape = "bin", static = true, material = "painted metal", color = pick(colors), at = { x, by + way * 0.1, 0 }, parts = {
      { shape = "box", size = { bin, bin, 0.02 }, at = { 0, 0, 0.01 } },
      { shape = "box", size = { bin, 0.02, wall }, at = { 0, bin / 2 - 0.01, wall / 2 } },
      { shape = "box", size = { bin, 0.02, wall }, at = { 0, -bin / 2 + 0.01, wall / 2 } },
      { shape = "box", size = { 0.02, bin - 0.04, wall }, at = { bin / 2 - 0.01, 0, wall / 2 } },
      { shape = "box", size = { 0.02, bin - 0.04, wall }, at = { -bin / 2 + 0.01, 0, wall / 2 } },
    } }

    world:floor { material = pick { "concrete", "linoleum", "tiles", "slate" } }
    -- the set: a studio under a soft sun, under a spot or among soft boxes, a room, or the open air
    local view = way * world:draw("side", deg(18, 62))
    local set = world:draw("set", pick { studio = 6, spot = 0.8, boxes = 0.5, room = 0.3, open = 2 })
    local aside = view + world:draw("light", pick { deg(50, 130), deg(-130, -50) })
    light_set(world, { set = set, view = view, aside = aside, at = { -0.2, 0.4 * way }, wall = 3.4, away = 3.4, high = 3.9, power = 1660 })
    world:camera {
      name = "main", azimuth = view, elevation = deg(19, 31), fov = deg(34), margin = 1.04,
      fit = { "first belt", "second belt", "bin" },
    }
    world:expect { moved = "parcel 1", distance = 0.8, by = 3.0 }
    world:expect { moved = "parcel 2", distance = 0.8, by = 4.0 }
    world:caption {
      outcome = "{Count:words} {goods} parcels ride on a conveyor belt, drop onto a second belt that carries them off to the {turn}, and fall into a bin.",
      prompt  = "Some {goods} parcels ride on a conveyor belt towards a second one below.",
    }
  end,
}
