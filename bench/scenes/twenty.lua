-- The benchmark's scene: seven balls, seven boxes and six cylinders are tossed together over tiles,
-- under one sun and a clear sky, seen by a camera that goes slowly about them. Every seed gives the
-- same sizes, matter, light and camera; only how things are turned and spin is drawn.
--   physreel run bench/scenes/twenty.lua
local balls     = { "rubber", "porcelain", "plastic", "brass", "marble", "phenolic", "walnut" }
local boxes     = { "oak", "cardboard", "checker", "painted wood", "brick", "steel", "plastic" }
local cylinders = { "terracotta", "pine", "copper", "painted metal", "cork", "granite" }
local painted   = { rubber = true, plastic = true, phenolic = true, ["painted wood"] = true,
                    ["painted metal"] = true }

scene {
  family = "twenty",
  title = "Twenty solids tossed together over tiles: the benchmark",
  step_rate = 600,
  audit = { penetration = 0.02 }, -- they meet at 6 m/s, which is a centimetre a step

  build = function(world, p)
    local made = 0
    local function toss(make, kind, i, material, fields)
      -- places on a spiral in three layers, thrown towards the middle
      local a, r = math.rad(137.5 * made), 0.32 + 0.24 * math.sqrt(made)
      local x, y = r * math.cos(a), r * math.sin(a)
      fields.name     = kind .. " " .. i
      fields.material = material
      fields.color    = painted[material] and colors[1 + made % #colors] or nil
      fields.at       = { x, y, 0.5 + 0.3 * (made % 3) }
      fields.rotation = "random"
      fields.spin     = { number(-4, 4), number(-4, 4), number(-4, 4) }
      fields.velocity = { -0.7 * x, -0.7 * y, 1.0 + 0.3 * (made % 4) }
      fields.rolling  = 0.008
      make(world, fields)
      made = made + 1
    end
    for i = 1, 7 do
      toss(world.sphere, "ball", i, balls[i], { radius = 0.11 + 0.01 * i })
      toss(world.box, "box", i, boxes[i], { size = { 0.22 + 0.02 * i, 0.24, 0.34 - 0.02 * i } })
      if i <= 6 then
        toss(world.cylinder, "cylinder", i, cylinders[i], { radius = 0.09 + 0.01 * i, length = 0.36 - 0.02 * i })
      end
    end

    world:floor { material = "tiles" }
    world:sky("clear")
    world:sun { elevation = deg(48), azimuth = deg(200), temperature = 5200, strength = 3, size = deg(1) }
    world:camera {
      name = "main", azimuth = deg(-60), elevation = deg(30), distance = 3.6, fov = deg(40),
      look_at = { 0, 0, 0.25 }, orbit = deg(9),
    }
    world:caption "Twenty balls, boxes and cylinders are tossed together over a floor of tiles."
  end,
}
