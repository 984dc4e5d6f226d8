-- Metals from polished to brushed, round and flat, that roll and slide over dark stone.
local kinds = { "steel", "copper", "brass", "gold", "aluminium", "cast iron" }

scene {
  family = "quality_metal",
  build = function(world)
    world:floor { material = { "slate", roughness = 0.35 } }
    for i, kind in ipairs(kinds) do
      local x = (i - 3.5) * 0.42
      world:sphere { name = "ball " .. i, radius = 0.17, at = { x, 0.35 }, velocity = { 0, -0.25, 0 },
                     material = { kind, roughness = 0.06 + 0.09 * i } }
    end
    world:torus { name = "ring", radius = 0.2, tube = 0.06, at = { -1, -0.35 }, material = { "gold", roughness = 0.12 } }
    world:box { name = "block", size = { 0.34, 0.34, 0.3 }, at = { -0.4, -0.35 }, yaw = deg(25), velocity = { 0.3, 0, 0 },
                material = { "steel", roughness = 0.1 } }
    world:teapot { name = "pot", radius = 0.16, height = 0.26, at = { 0.25, -0.45 }, yaw = deg(-30), material = { "copper", roughness = 0.15 } }
    world:gear { name = "gear", teeth = 14, module = 0.024, thickness = 0.07, bore = 0.04, at = { 0.85, -0.4 }, material = { "aluminium", roughness = 0.3 } }
    world:cylinder { name = "can", radius = 0.1, length = 0.3, at = { 1.3, -0.25 }, material = { "brass", roughness = 0.22 } }
    world:sphere { name = "red", radius = 0.09, at = { -0.02, -0.75 }, material = "plastic", color = "red", velocity = { 0.3, 0, 0 } }
    world:sphere { name = "blue", radius = 0.08, at = { 0.7, -0.78 }, material = "plastic", color = "blue", velocity = { -0.3, 0, 0 } }
    world:sky("softboxes")
    world:sun { elevation = deg(48), azimuth = deg(-130), temperature = 5200, strength = 2.5, size = deg(3) }
    world:camera { name = "main", azimuth = deg(-88), elevation = deg(24), fov = deg(32), distance = 2.55, look_at = { 0.1, -0.1, 0.1 }, orbit = deg(4) }
  end,
}
