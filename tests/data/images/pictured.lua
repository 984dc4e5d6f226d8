-- Materials that show files beside this script; see tests/unit/test_scenes_materials.c.
scene {
  family = "pictured",
  build = function(world, p)
    world:floor { material = { "oak", image = "rgb.png", image_scale = 0.5 } }
    world:box { size = { 0.2, 0.3, 0.1 }, material = { "oak", image = "rgb.png", mapping = "x" } }
    world:box { size = 0.2, at = { 1, 0 },
                material = { "oak", image = "rgba.png", normal_image = "rgb.png", clearcoat = 0.5 } }
  end,
}
