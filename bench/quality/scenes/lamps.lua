-- Twelve lamps of all colours over white solids, no sun.
scene {
  family = "quality_lamps",
  build = function(world)
    world:floor { material = { "plaster", color = { 0.6, 0.6, 0.6 } } }
    local hues = { { 1, 0.25, 0.2 }, { 1, 0.7, 0.2 }, { 0.3, 1, 0.3 }, { 0.2, 0.6, 1 }, { 0.6, 0.3, 1 }, { 1, 0.3, 0.7 } }
    for i = 1, 6 do
      local a = 2 * math.pi * (i - 0.5) / 6
      local x, y = 1.3 * math.cos(a), 1.1 * math.sin(a)
      world:lamp { name = "ball " .. i, kind = "sphere", at = { x, y, 0.9 }, radius = 0.06, color = hues[i], power = 5 }
      world:lamp { name = "spot " .. i, kind = "spot", at = { 0.7 * x, 0.7 * y, 1.8 }, radius = 0.04, cone = deg(44), blend = 0.3,
                   toward = { 0.45 * x, 0.45 * y, 0 }, color = hues[1 + (i + 2) % 6], power = 26 }
    end
    world:box { name = "box", size = { 0.35, 0.35, 0.5 }, at = { -0.5, 0.25 }, yaw = deg(30), material = "plastic", color = "white" }
    world:sphere { name = "ball", radius = 0.24, at = { 0.15, 0.3 }, material = "porcelain" }
    world:cone { name = "cone", radius = 0.2, length = 0.45, at = { 0.65, 0.05 }, material = "rubber", color = "white" }
    world:torus { name = "ring", radius = 0.18, tube = 0.06, at = { 0.2, -0.45 }, material = "plastic", color = "white" }
    world:cylinder { name = "can", radius = 0.13, length = 0.3, at = { -0.35, -0.4 }, material = "steel" }
    world:sphere { name = "roller", radius = 0.1, at = { -0.9, -0.35 }, velocity = { 0.5, 0, 0 }, material = "plastic", color = "white" }
    world:sky { kind = "night", strength = 0.5 }
    world:camera { name = "main", azimuth = deg(-90), elevation = deg(30), fov = deg(34), distance = 2.6, look_at = { 0, 0, 0.15 } }
  end,
}
