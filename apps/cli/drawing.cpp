#include "drawing.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mien::cli {
namespace {

using Colour = std::array<std::uint8_t, 3>;  // R, G, B
constexpr Colour kBox{40, 220, 90}, kMesh{90, 200, 255}, kPoint{255, 210, 40};

void dot(MutableImageView image, Point2f at, int radius, const Colour& colour) {
  const int n = channel_count(image.format), red = red_offset(image.format);
  const int cx = static_cast<int>(std::lround(std::clamp(at.x, -1e6f, 1e6f))),
            cy = static_cast<int>(std::lround(std::clamp(at.y, -1e6f, 1e6f)));
  for (int y = std::max(0, cy - radius); y <= std::min(image.height - 1, cy + radius); ++y) {
    for (int x = std::max(0, cx - radius); x <= std::min(image.width - 1, cx + radius); ++x) {
      std::uint8_t* p = image.row(y) + x * n;
      if (n == 1) {
        p[0] = colour[1];
      } else {
        p[red] = colour[0], p[1] = colour[1], p[2 - red] = colour[2];
      }
    }
  }
}

void line(MutableImageView image, Point2f a, Point2f b, int radius, const Colour& colour) {
  const int steps = static_cast<int>(std::clamp(std::hypot(b.x - a.x, b.y - a.y), 1.0f, 1e5f));
  for (int i = 0; i <= steps; ++i) {
    const float t = static_cast<float>(i) / static_cast<float>(steps);
    dot(image, {a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)}, radius, colour);
  }
}

// Seven segments, enough for a number: bits from the top clockwise, then the middle.
void digit(MutableImageView image, Point2f at, float size, int value, int radius) {
  static constexpr std::uint8_t kSegments[10] = {0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f};
  const float w = size * 0.5f;
  const Point2f corners[6] = {
      {at.x, at.y},        {at.x + w, at.y},       {at.x + w, at.y + size / 2}, {at.x + w, at.y + size},
      {at.x, at.y + size}, {at.x, at.y + size / 2}};
  static constexpr int kEnds[7][2] = {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 0}, {5, 2}};
  for (int s = 0; s < 7; ++s) {
    if (kSegments[value] >> s & 1) line(image, corners[kEnds[s][0]], corners[kEnds[s][1]], radius, kBox);
  }
}

void number(MutableImageView image, Point2f at, float size, int value, int radius) {
  for (const char c : std::to_string(value)) {
    digit(image, at, size, c - '0', radius);
    at.x += size * 0.75f;
  }
}

}  // namespace

void draw_faces(const std::vector<Face>& faces, MutableImageView image) {
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const Face& face = faces[i];
    const int thick = std::max(0, static_cast<int>(face.box.width() / 150));
    const Box& b = face.box;
    const Point2f corners[4] = {{b.x0, b.y0}, {b.x1, b.y0}, {b.x1, b.y1}, {b.x0, b.y1}};
    for (int k = 0; k < 4; ++k) line(image, corners[k], corners[(k + 1) % 4], thick, kBox);
    for (const Point3f& p : face.mesh) dot(image, {p.x, p.y}, thick, kMesh);
    for (const Point2f& p : face.points) dot(image, p, thick + 1, kPoint);
    const float size = std::max(9.0f, b.width() * 0.14f);
    number(image, {b.x0 + size * 0.2f, b.y0 + size * 0.2f}, size, static_cast<int>(i) + 1, thick);
  }
}

}  // namespace mien::cli
