-- Night: stars, a street lamp, a car's head lamps, glowing signs.
scene {
  family = "quality_night",
  build = function(world)
    world:floor { material = "asphalt" }
    world:box { name = "kerb", size = { 6, 0.5, 0.12 }, at = { 0, 1.3 }, static = true, material = "concrete" }
    world:box { name = "house", size = { 3.4, 0.8, 1.6 }, at = { -0.4, 2.0 }, static = true, material = "brick" }
    world:cylinder { name = "post", radius = 0.04, length = 1.7, at = { 0.95, 1.2, 0.97 }, static = true, material = "cast iron" }
    world:box { name = "sign", size = { 0.9, 0.06, 0.25 }, at = { -0.9, 1.55, 1.1 }, static = true, material = { "plastic", color = { 0.9, 0.1, 0.3 }, emission = { 3.0, 0.25, 0.6 } } }
    world:box { name = "pane", size = { 0.4, 0.06, 0.5 }, at = { 0.35, 1.58, 0.8 }, static = true, material = { "plastic", color = { 0.9, 0.8, 0.6 }, emission = { 2.4, 1.5, 0.7 } } }
    local car = world:object { name = "car", category = "car", shape = "car", at = { -0.9, 0.15, 0.2 }, velocity = { 0.8, 0, 0 }, friction = 0.02, material = "painted metal", color = "blue", parts = {
      { shape = "box", size = { 1.0, 0.46, 0.2 }, at = { 0, 0, 0 } },
      { shape = "box", size = { 0.5, 0.42, 0.18 }, at = { -0.08, 0, 0.19 } },
    } }
    world:lamp { name = "street", kind = "spot", at = { 0.95, 0.95, 1.8 }, radius = 0.08, cone = deg(100), blend = 0.5, toward = { 0.95, 0.8, 0 }, temperature = 2900, power = 220 }
    world:lamp { name = "left beam", kind = "spot", attach = car, at = { 0.52, 0.17, 0.02 }, radius = 0.04, cone = deg(40), blend = 0.6, toward = { 2.0, 0.17, -0.2 }, temperature = 4800, power = 60 }
    world:lamp { name = "right beam", kind = "spot", attach = car, at = { 0.52, -0.17, 0.02 }, radius = 0.04, cone = deg(40), blend = 0.6, toward = { 2.0, -0.17, -0.2 }, temperature = 4800, power = 60 }
    world:sphere { name = "ball", radius = 0.15, at = { 0.7, 0.1 }, material = "rubber", color = "yellow", velocity = { 0.1, 0, 0 } }
    world:box { name = "crate", size = 0.35, at = { 1.3, 0.3 }, yaw = deg(20), material = "pine" }
    world:cone { name = "cone", radius = 0.13, length = 0.35, at = { 0.3, -0.5 }, material = "plastic", color = "orange" }
    world:sky("night")
    world:exposure(1.4)
    world:camera { name = "main", at = { 0.9, -2.5, 1.0 }, look_at = { 0.25, 0.7, 0.42 }, fov = deg(36) }
  end,
}
