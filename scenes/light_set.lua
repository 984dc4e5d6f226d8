-- The light and surroundings of the shipped families: light_set(world, fields), see
-- docs/scene-scripts.md. Loaded into every script's state before its text.
local known = { set = true, view = true, aside = true, at = true, wall = true, away = true, high = true,
                toward = true, power = true, skies = true, spot = true, elevation = true }
local kinds = { studio = true, spot = true, boxes = true, room = true, open = true }
local plain = { "studio", "seamless", "seamless", "blue studio", "green studio", "rose studio" }
local skies = { open = { "clear", "hazy", "evening" }, room = { "studio" },
                spot = { "dark studio", "blue studio", "green studio", "rose studio" } }
local paints = { "#ece8e0", "#c3d3d8", "#dcdfe2", "#bccab6", "#a5b8cf" }

function light_set(world, f)
  for field in pairs(f) do
    if not known[field] then
      error("light_set: unknown field '" .. tostring(field) .. "'", 2)
    end
  end
  if not kinds[f.set] then
    error("light_set: 'set' is studio, spot, boxes, room or open, not " .. tostring(f.set), 2)
  end
  local view, aside = f.view, f.aside
  if type(view) ~= "number" or type(aside) ~= "number" then
    error("light_set: 'view' and 'aside' are angles", 2)
  end
  local at = f.at or { 0, 0 }
  if f.set == "boxes" then
    world:sky { kind = "softboxes", turn = aside, strength = 0.8 }
  else
    world:sky(pick(f.skies or skies[f.set] or plain))
  end
  if f.set == "room" then
    local away = f.wall or 3.6
    world:wall { name = "wall", size = { 0.1, 20, 4 }, at = { at[1] - away * math.cos(view), at[2] - away * math.sin(view) },
                 yaw = view, material = { "porcelain", roughness = 0.9, color = pick(paints) } }
  end
  if f.set == "spot" then
    local away = f.away or 2.8
    world:lamp(f.spot or {
      kind = "spot", at = { at[1] + away * math.cos(aside), at[2] + away * math.sin(aside), f.high or 3.2 },
      toward = { at[1], at[2], f.toward or 0.2 }, radius = 0.12, cone = deg(64), blend = 0.8,
      temperature = number(4600, 6200), power = f.power or 1130,
    })
  else
    world:sun { azimuth = aside, elevation = f.elevation or deg(28, 50), size = deg(1, 3.5),
                temperature = number(5000, 6300), strength = number(3, 3.6) }
  end
  world:exposure(number(1.05, 1.2))
end
