scene {
  family = "toss",
  build = function(world, p)
    world:sphere { name = "ball", radius = 0.2, at = {0, 0}, velocity = {1, 0, 0} }
  end,
}
