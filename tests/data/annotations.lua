-- What annotations find hard: sky, cameras that move, objects of several bodies, late comers.
scene {
  family = "mixed",
  build = function(world)
    world:floor {}
    world:box { name = "cart", size = { 0.5, 0.3, 0.2 }, velocity = { 0.8, 0, 0 }, friction = 0.05 }
    world:sphere { part_of = "cart", name = "load", radius = 0.12, at = { -0.6, 0.1 }, velocity = { 1, 0, 0 } }
    world:sphere { name = "pea", radius = 0.05, at = { 0.25, 0.4 } }
    world:cylinder { name = "post", radius = 0.1, length = 0.6, at = { 0.6, 0.5 } }
    world:capsule { name = "pill", radius = 0.08, length = 0.3, at = { 0, -0.5 }, pitch = deg(80), spin = { 0, 0, 3 } }
    world:sphere { name = "late", radius = 0.1, at = { 0.2, 0.8 }, lift = 0.4, spawn = 0.6 }
    world:camera { name = "turning", look_at = { 0.2, 0, 0.3 }, elevation = deg(8), distance = 3, orbit = deg(12) }
    world:camera { name = "driver", attach = "cart", at = { -1.5, 0, 0.6 }, look_at = { 1, 0, 0.3 }, fov = deg(60) }
  end,
}
