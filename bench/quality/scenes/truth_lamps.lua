-- A room of plain walls lit by a rectangle under the ceiling, a ball and a spot: for the comparison
-- with Cycles.
scene {
  family = "truth_lamps",
  build = function(world)
    local function wall(name, size, at, color)
      world:box { name = name, size = size, at = at, static = true, environment = true,
                  material = { "plastic", color = color, roughness = 0.8, specular = 0 } }
    end
    local white = { 0.7, 0.7, 0.68 }
    world:floor { material = { "plastic", color = { 0.55, 0.5, 0.42 }, roughness = 0.5 } }
    wall("back", { 2.2, 0.1, 2.0 }, { 0, 1.05, 1.0 }, white)
    wall("left", { 0.1, 2.0, 2.0 }, { -1.05, 0, 1.0 }, { 0.6, 0.08, 0.06 })
    wall("right", { 0.1, 2.0, 2.0 }, { 1.05, 0, 1.0 }, { 0.1, 0.45, 0.1 })
    wall("ceiling", { 2.2, 2.2, 0.1 }, { 0, 0, 2.05 }, white)
    world:box { name = "tall", size = { 0.45, 0.45, 1.0 }, at = { -0.4, 0.35 }, yaw = deg(20), material = "plastic", color = "white" }
    world:box { name = "low", size = { 0.45, 0.45, 0.45 }, at = { 0.35, -0.15 }, yaw = deg(-18), material = "plastic", color = "yellow" }
    world:sphere { name = "ball", radius = 0.2, at = { 0.4, 0.55 }, material = { "steel", roughness = 0.3 } }
    world:lamp { name = "panel", kind = "rect", at = { 0, 0, 1.98 }, across = { 1, 0, 0 }, size = { 0.6, 0.4 }, power = 14, color = { 1, 0.93, 0.8 } }
    world:lamp { name = "bulb", kind = "sphere", at = { -0.7, -0.5, 0.7 }, radius = 0.08, power = 3, color = { 1, 0.6, 0.3 } }
    world:lamp { name = "spot", kind = "spot", at = { 0.8, -0.9, 1.6 }, radius = 0.05, cone = deg(36), blend = 0.4, toward = { 0.1, 0.2, 0 }, power = 40, color = { 0.6, 0.75, 1 } }
    world:sky { zenith = { 0.1, 0.12, 0.16 }, horizon = { 0.14, 0.15, 0.17 }, ground = { 0.05, 0.05, 0.05 } }
    world:camera { name = "main", at = { 0, -4.2, 1.15 }, look_at = { 0, 0, 0.85 }, fov = deg(34) }
  end,
}
