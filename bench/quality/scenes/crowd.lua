-- Two hundred solids of all kinds on a floor, some of them moving.
local words = { "box", "sphere", "cylinder", "cone", "capsule", "ellipsoid", "torus", "star", "dodecahedron", "mug" }
local makers = {
  box          = function(r) return { size = { 1.7 * r, 1.4 * r, 1.5 * r } } end,
  sphere       = function(r) return { radius = 0.9 * r } end,
  cylinder     = function(r) return { radius = 0.7 * r, length = 1.5 * r } end,
  cone         = function(r) return { radius = 0.8 * r, length = 1.7 * r } end,
  capsule      = function(r) return { radius = 0.5 * r, length = 0.8 * r, pitch = deg(90) } end,
  ellipsoid    = function(r) return { radii = { 0.9 * r, 0.7 * r, 0.55 * r } } end,
  torus        = function(r) return { radius = 0.7 * r, tube = 0.28 * r, segments = 20, sides = 10 } end,
  star         = function(r) return { outer = 1.0 * r, inner = 0.5 * r, depth = 0.5 * r } end,
  dodecahedron = function(r) return { radius = r } end,
  mug          = function(r) return { radius = 0.6 * r, height = 1.3 * r, wall = 0.1 * r, reach = 0.4 * r, grip = 0.16 * r, segments = 16 } end,
}
local looks = { "plastic", "rubber", "painted wood", "steel", "oak", "brass", "porcelain", "marble" }
local painted = { plastic = true, rubber = true, ["painted wood"] = true }

scene {
  family = "quality_crowd",
  step_rate = 600,
  build = function(world)
    world:floor { material = "concrete" }
    local i = 0
    for at_index, at in grid { columns = 20, rows = 10, spacing = 0.26, at = { 0, 0 } } do
      i = i + 1
      local word = words[1 + (i * 7 + i // 10) % #words]
      local spec = makers[word](world:draw("size " .. i, number(0.085, 0.115)))
      spec.name = "thing " .. i
      spec.at = { at[1] + world:draw("x " .. i, number(-0.02, 0.02)), at[2] + world:draw("y " .. i, number(-0.02, 0.02)) }
      spec.yaw = world:draw("yaw " .. i, deg(-180, 180))
      spec.material = world:draw("material " .. i, pick(looks))
      if painted[spec.material] then spec.color = colors[1 + i % #colors] end
      if i % 5 == 0 then spec.velocity = { number(-0.4, 0.4), number(-0.4, 0.4), 0 } end
      world[word](world, spec)
    end
    world:sky("hazy")
    world:sun { elevation = deg(42), azimuth = deg(-150), temperature = 5000, strength = 3, size = deg(2) }
    world:camera { name = "main", azimuth = deg(-80), elevation = deg(40), fov = deg(36), distance = 3.7, look_at = { 0, -0.1, 0 } }
  end,
}
