-- Painted solids in sun and sky, without patterns: for the comparison with Cycles.
scene {
  family = "truth_solids",
  build = function(world)
    world:floor { material = { "plastic", color = { 0.45, 0.42, 0.38 }, roughness = 0.6 } }
    world:box { name = "box", size = { 0.5, 0.4, 0.35 }, at = { -0.6, 0.2 }, yaw = deg(30), material = "plastic", color = "red" }
    world:sphere { name = "ball", radius = 0.28, at = { 0.1, 0.3 }, material = "rubber", color = "blue" }
    world:cylinder { name = "can", radius = 0.16, length = 0.45, at = { 0.65, 0.1 }, material = "plastic", color = "yellow" }
    world:cone { name = "cone", radius = 0.2, length = 0.4, at = { -0.1, -0.35 }, material = "rubber", color = "green" }
    world:capsule { name = "pill", radius = 0.11, length = 0.3, at = { 0.5, -0.45 }, pitch = deg(90), yaw = deg(40), material = "plastic", color = "white" }
    world:torus { name = "ring", radius = 0.15, tube = 0.05, segments = 96, sides = 48, at = { -0.65, -0.4 }, material = "plastic", color = "purple" }
    world:sky("clear")
    world:sun { elevation = deg(45), azimuth = deg(-150), temperature = 5200, strength = 3, size = deg(4) }
    world:camera { name = "main", azimuth = deg(-85), elevation = deg(35), fov = deg(32), distance = 3.1, look_at = { 0, -0.05, 0.12 } }
  end,
}
