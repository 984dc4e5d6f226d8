-- Metals of five roughnesses under a studio sky and a sun: for the comparison with Cycles.
scene {
  family = "truth_metal",
  build = function(world)
    world:floor { material = { "plastic", color = { 0.3, 0.3, 0.32 }, roughness = 0.5 } }
    for i, kind in ipairs { "steel", "copper", "brass", "gold", "aluminium" } do
      world:sphere { name = "ball " .. i, radius = 0.19, at = { (i - 3) * 0.44, 0.3 }, material = { kind, roughness = 0.05 + 0.12 * (i - 1) } }
    end
    world:box { name = "block", size = { 0.34, 0.34, 0.3 }, at = { -0.6, -0.3 }, yaw = deg(25), material = { "steel", roughness = 0.15 } }
    world:cylinder { name = "can", radius = 0.13, length = 0.3, at = { 0.05, -0.35 }, material = { "copper", roughness = 0.25 } }
    world:torus { name = "ring", radius = 0.17, tube = 0.06, segments = 96, sides = 48, at = { 0.65, -0.35 }, material = { "gold", roughness = 0.2 } }
    world:sphere { name = "red", radius = 0.09, at = { -0.25, -0.6 }, material = "plastic", color = "red" }
    world:sky { zenith = { 0.72, 0.72, 0.72 }, horizon = { 0.46, 0.46, 0.47 }, ground = { 0.3, 0.3, 0.3 } }
    world:sun { elevation = deg(48), azimuth = deg(-130), temperature = 5200, strength = 2.5, size = deg(6) }
    world:camera { name = "main", azimuth = deg(-88), elevation = deg(32), fov = deg(32), distance = 3.1, look_at = { 0, -0.05, 0.1 } }
  end,
}
