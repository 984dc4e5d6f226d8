-- A room: sun and sky through a window, a lamp under the ceiling, a table with things on it.
scene {
  family = "quality_indoor",
  build = function(world)
    local function wall(name, size, at, look)
      world:box { name = name, size = size, at = at, static = true, environment = true, material = look }
    end
    local paint, warm = { "plaster", color = { 0.72, 0.70, 0.66 } }, { "plaster", color = { 0.62, 0.34, 0.22 } }
    world:floor { material = "parquet" }
    wall("back", { 4.2, 0.1, 2.6 }, { 0, 2.05, 1.3 }, paint)
    wall("left", { 0.1, 4.2, 2.6 }, { -2.05, 0, 1.3 }, warm)
    wall("ceiling", { 4.2, 4.2, 0.1 }, { 0, 0, 2.65 }, paint)
    wall("behind", { 4.2, 0.1, 2.6 }, { 0, -2.05, 1.3 }, paint)
    -- the right wall has a window
    wall("right low", { 0.1, 4.2, 0.8 }, { 2.05, 0, 0.4 }, paint)
    wall("right high", { 0.1, 4.2, 0.5 }, { 2.05, 0, 2.35 }, paint)
    wall("right far", { 0.1, 1.2, 1.3 }, { 2.05, 1.5, 1.45 }, paint)
    wall("right near", { 0.1, 1.8, 1.3 }, { 2.05, -1.2, 1.45 }, paint)
    world:object { name = "table", category = "furniture", static = true, material = "oak", at = { 0, 0.6, 0 }, parts = {
      { shape = "box", size = { 1.5, 0.8, 0.05 }, at = { 0, 0, 0.675 } },
      { shape = "box", size = { 0.07, 0.07, 0.65 }, at = { -0.65, -0.3, 0.325 } },
      { shape = "box", size = { 0.07, 0.07, 0.65 }, at = { 0.65, -0.3, 0.325 } },
      { shape = "box", size = { 0.07, 0.07, 0.65 }, at = { -0.65, 0.3, 0.325 } },
      { shape = "box", size = { 0.07, 0.07, 0.65 }, at = { 0.65, 0.3, 0.325 } },
    } }
    world:teapot { name = "pot", radius = 0.11, height = 0.18, at = { -0.35, 0.65, 0.70 }, material = "porcelain" }
    world:mug { name = "mug", radius = 0.05, height = 0.11, at = { 0.05, 0.5, 0.70 }, material = "porcelain" }
    world:sphere { name = "ball", radius = 0.12, at = { -1.2, -0.2 }, velocity = { 0.6, 0.1, 0 }, material = "rubber", color = "red" }
    world:sphere { name = "orange", radius = 0.05, at = { 0.45, 0.6, 0.75 }, velocity = { -0.2, 0.1, 0 }, material = "plastic", color = "orange" }
    world:box { name = "crate", size = 0.4, at = { 1.1, -0.3 }, yaw = deg(25), material = "cardboard" }
    world:box { name = "chest", size = { 0.8, 0.45, 0.5 }, at = { -1.5, 1.6 }, material = "walnut" }
    world:cylinder { name = "stool", radius = 0.2, length = 0.45, at = { 0.9, 0.0 + 1.45 }, material = "painted wood", color = "blue" }
    world:lamp { name = "panel", kind = "rect", at = { -0.2, 0.5, 2.58 }, size = { 0.9, 0.3 }, temperature = 4200, power = 12 }
    world:sky("daylight")
    world:sun { elevation = deg(32), azimuth = deg(15), temperature = 5600, strength = 7, size = deg(1) }
    world:exposure(1.3)
    world:camera { name = "main", at = { 0.25, -1.7, 1.35 }, look_at = { -0.1, 0.8, 0.6 }, fov = deg(46) }
  end,
}
