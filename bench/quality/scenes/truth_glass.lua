-- Clear solids, smooth and frosted, between coloured ones under soft boxes, a hair above the floor:
-- for the comparison with Cycles.
scene {
  family = "truth_glass",
  build = function(world)
    local function clear(color, rough) return { "glass", color = color, transmission = 1, ior = 1.5, roughness = rough or 0.03 } end
    world:floor { material = { "plastic", color = { 0.5, 0.47, 0.42 }, roughness = 0.6 } }
    world:sphere { name = "ball", radius = 0.26, at = { -0.5, 0.1 }, lift = 0.003, material = clear { 0.95, 0.95, 0.95 } }
    world:box { name = "block", size = { 0.3, 0.3, 0.4 }, at = { 0.15, 0.25 }, lift = 0.003, yaw = deg(35), material = clear { 0.75, 0.95, 0.85 } }
    world:cylinder { name = "can", radius = 0.14, length = 0.35, at = { 0.62, -0.1 }, lift = 0.003, material = clear { 0.95, 0.7, 0.4 } }
    world:sphere { name = "frosted", radius = 0.17, at = { -0.1, -0.45 }, lift = 0.003, material = clear({ 0.9, 0.95, 1.0 }, 0.3) }
    world:sphere { name = "red", radius = 0.12, at = { -0.25, 0.6 }, material = "plastic", color = "red" }
    world:box { name = "blue", size = 0.22, at = { 0.5, 0.55 }, yaw = deg(20), material = "plastic", color = "blue" }
    world:box { name = "glow", size = { 0.2, 0.2, 0.06 }, at = { 0.35, -0.5 }, yaw = deg(20), material = { "plastic", color = { 0.5, 0.5, 0.5 }, emission = { 2, 1.2, 0.4 } } }
    world:sky { kind = "softboxes", strength = 0.45 }
    world:camera { name = "main", azimuth = deg(-88), elevation = deg(32), fov = deg(32), distance = 3.0, look_at = { 0, 0, 0.12 } }
  end,
}
