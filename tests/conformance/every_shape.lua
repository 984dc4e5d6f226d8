-- One thing of every shape, with patterns, prints, glass, lacquer and light of their own; what comes
-- and goes; lamps of every kind; cameras that stand, turn, follow keys and ride along.
scene {
  family = "every_shape",
  title = "Every shape, look, lamp and camera at once",
  build = function(world, p)
    local points = {}
    for i = 1, 24 do
      local z = (2 * i - 1) / 24 - 1
      local out, a = math.sqrt(1 - z * z), 2.4 * i
      points[i] = { 0.14 * out * math.cos(a), 0.1 * out * math.sin(a), 0.12 * z }
    end
    world:floor { material = { "tiles", scale = 0.25 } }
    world:box { name = "crate", size = { 0.3, 0.2, 0.25 }, at = { -0.9, -0.5 }, yaw = 0.4,
                material = { "pine", image = "print:stamp HEAVY" } }
    world:box { name = "die", size = 0.18, at = { -0.9, 0.1 }, lift = 0.3, rotation = "random",
                spin = { 1, 2, 3 }, material = { "ivory", image = "print:die" } }
    world:sphere { name = "ball", radius = 0.12, at = { -0.5, -0.5 }, velocity = { 0.6, 0.2, 0 },
                   material = { "marble", scale = 0.1 } }
    world:capsule { name = "pill", radius = 0.07, length = 0.2, at = { -0.5, 0.1 }, lift = 0.2,
                    rotation = "random", material = { "linen", scale = 0.02 } }
    world:cylinder { name = "can", radius = 0.07, length = 0.2, at = { -0.1, -0.5 },
                     material = { "brushed aluminium", image = "print:label COLA" } }
    world:cone { name = "cone", radius = 0.12, length = 0.3, at = { -0.1, 0.1 },
                 material = { "plastic", color = "orange", clearcoat = 0.8 } }
    world:ellipsoid { name = "egg", radii = { 0.08, 0.1, 0.14 }, at = { 0.3, -0.5 },
                      material = { "granite", scale = 0.05 } }
    world:hull { name = "stone", points = points, at = { 0.3, 0.1 }, material = "sandstone" }
    world:gear { name = "gear", teeth = 10, module = 0.03, thickness = 0.1, bore = 0.05,
                 at = { 0.7, -0.5 }, material = "oak" }
    world:mug { name = "mug", radius = 0.09, height = 0.2, wall = 0.015, reach = 0.07, grip = 0.025,
                at = { 0.7, 0.1 }, material = { "porcelain", clearcoat = 1 } }
    world:object { name = "hammer", shape = "hammer", at = { 0, 0.6 }, lift = 0.4, rotation = "random",
                   material = "oak",
                   parts = { { shape = "cylinder", radius = 0.02, length = 0.4 },
                             { shape = "box", size = { 0.06, 0.16, 0.06 }, at = { 0, 0, 0.2 },
                               material = "steel" } } }
    world:sphere { name = "marble", radius = 0.06, at = { 0.6, 0.6 }, material = "glass" }
    world:sphere { name = "glow", radius = 0.05, at = { -0.6, 0.6 },
                   material = { "plaster", color = "orange", emission = 4 } }
    world:box { name = "late", size = 0.12, at = { 1.0, 0.5 }, lift = 0.5, spawn = 0.4,
                material = "rubber", color = "purple" }
    world:box { name = "early", size = 0.12, at = { 1.0, -0.2 }, remove = 0.6, material = "rubber",
                color = "cyan", velocity = { 0, 0, 1 } }
    world:height_field { name = "hill", size = { 1.2, 1.2 }, columns = 17, rows = 13,
                         at = { 0, 1.7, 0 }, material = "grass",
                         heights = function(x, y) return 0.25 * math.max(0, 1 - 3 * (x * x + y * y)) - 0.01 end }
    world:sun { azimuth = 220 * math.pi / 180, elevation = 0.9 }
    world:lamp { kind = "sphere", at = { -1, -1, 1.2 }, power = 20 }
    world:lamp { kind = "rect", at = { 1, -1, 1.5 }, toward = { 0, 0, 0 }, power = 30 }
    world:lamp { kind = "spot", attach = "ball", at = { 0, 0, 0.2 }, toward = { 1, 0, 0 }, power = 10 }
    world:camera { name = "main", distance = 3.4, azimuth = deg(-80), elevation = deg(32),
                   look_at = { 0, 0.1, 0.1 } }
    world:camera { name = "turning", orbit = 0.7, distance = 3, look_at = { 0, 0, 0.1 } }
    world:camera { name = "keyed", keys = { { time = 0, at = { -2, -2, 1 } },
                                            { time = 0.5, at = { 0, -2.4, 1.6 } },
                                            { time = 1, at = { 2, -2, 1 } } }, look_at = { 0, 0, 0 } }
    world:camera { name = "rider", attach = "crate", at = { 0.3, 0, 0.5 }, look_at = { 2, 0.5, 0 } }
  end,
}
