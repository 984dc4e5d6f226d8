-- Clear and tinted glass, thick and thin, between things of colour.
scene {
  family = "quality_glass",
  build = function(world)
    local function clear(color, rough) return { "glass", color = color, transmission = 1, ior = 1.5, roughness = rough or 0.03 } end
    world:floor { material = "tiles" }
    world:sphere { name = "ball", radius = 0.26, at = { -0.55, 0.1 }, material = clear { 0.97, 0.97, 0.97 } }
    world:box { name = "block", size = { 0.3, 0.3, 0.45 }, at = { 0.15, 0.25 }, yaw = deg(35), material = clear { 0.75, 0.95, 0.85 } }
    world:goblet { name = "goblet", radius = 0.13, height = 0.42, wall = 0.012, segments = 48, at = { 0.62, -0.1 }, material = clear { 0.97, 0.97, 0.97 } }
    world:torus { name = "ring", radius = 0.15, tube = 0.05, at = { 0.05, -0.45 }, material = clear({ 0.95, 0.6, 0.25 }) }
    world:sphere { name = "frosted", radius = 0.15, at = { -0.35, -0.5 }, material = clear({ 0.9, 0.95, 1.0 }, 0.25) }
    world:sphere { name = "red", radius = 0.12, at = { -0.2, 0.65 }, material = "plastic", color = "red", velocity = { 0.35, 0, 0 } }
    world:cylinder { name = "blue", radius = 0.1, length = 0.4, at = { 0.55, 0.6 }, material = "plastic", color = "blue" }
    world:box { name = "yellow", size = 0.2, at = { -1.0, 0.5 }, yaw = deg(20), material = "painted wood", color = "yellow", velocity = { 0.3, 0, 0 } }
    world:sky("hazy")
    world:sun { elevation = deg(46), azimuth = deg(150), temperature = 5200, strength = 3, size = deg(2) }
    world:camera { name = "main", azimuth = deg(-88), elevation = deg(24), fov = deg(32), distance = 2.55, look_at = { 0, 0, 0.15 } }
  end,
}
