#include "media/visible_mark.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/simd_clones.h"
#include "media/stroke_font.h"

namespace mien {
namespace {

// The law asks for 5 %; the rest is for anti-aliased edges.
constexpr float kHeightOfShortSide = 0.056f;
constexpr float kPreferredMinHeightPx = 9;
constexpr float kLegibleHeightPx = 3.5f;

// Parts of the letter height:
constexpr float kPenWidth = 0.15f;
constexpr float kRim = 0.11f;
constexpr float kPadding = 0.38f;  // from the letters to the plate's edge
constexpr float kMargin = 0.40f;   // from the plate to the picture's edge
constexpr float kFade = 0.30f;     // over which the plate's edge fades

constexpr float kPlateOpacity = 0.5f;
constexpr float kRimOpacity = 0.9f;

struct Layout {
  float letter_height = 0;
  float text_left = 0, text_top = 0;  // of the letters' outer edges, in pixels
  float plate_x0 = 0, plate_y0 = 0, plate_x1 = 0, plate_y1 = 0;
  PixelRect rect;
};

// Width of the text from outer edge to outer edge, in letter heights. Strokes are laid out for letters whose
// centre lines span the height 1; the pen takes half its width on every side.
float text_width(const std::vector<Stroke>& strokes) {
  float right = 0;
  for (const Stroke& stroke : strokes) right = std::max({right, stroke.x0, stroke.x1});
  return right * (1 - kPenWidth) + kPenWidth;
}

Layout lay_out(int width, int height, float width_in_heights) {
  Layout layout;
  const float wanted =
      std::max(kHeightOfShortSide * static_cast<float>(std::min(width, height)), kPreferredMinHeightPx);
  const float fits_width = static_cast<float>(width) / (width_in_heights + 2 * kPadding + kMargin);
  const float fits_height = static_cast<float>(height) / (1 + 2 * kPadding + kMargin);
  const float h = std::min({wanted, fits_width, fits_height});
  layout.letter_height = h;
  // Edges of pixels lie at halves, since pixel centres are at integers.
  layout.plate_x1 = static_cast<float>(width) - 0.5f - kMargin * h;
  layout.plate_y1 = static_cast<float>(height) - 0.5f - kMargin * h;
  layout.plate_x0 = layout.plate_x1 - (width_in_heights + 2 * kPadding) * h;
  layout.plate_y0 = layout.plate_y1 - (1 + 2 * kPadding) * h;
  layout.text_left = layout.plate_x0 + kPadding * h;
  layout.text_top = layout.plate_y0 + kPadding * h;
  const auto first_pixel = [](float edge) { return std::max(0, static_cast<int>(std::ceil(edge))); };
  const auto end_pixel = [](float edge, int size) {
    return std::min(size, static_cast<int>(std::floor(edge)) + 1);
  };
  layout.rect = {first_pixel(layout.plate_x0), first_pixel(layout.plate_y0),
                 end_pixel(layout.plate_x1, width), end_pixel(layout.plate_y1, height)};
  return layout;
}

float distance_to(const Stroke& s, float x, float y) {
  const float dx = s.x1 - s.x0, dy = s.y1 - s.y0;
  const float length2 = dx * dx + dy * dy;
  const float along =
      length2 > 0 ? std::clamp(((x - s.x0) * dx + (y - s.y0) * dy) / length2, 0.0f, 1.0f) : 0.0f;
  return std::hypot(x - (s.x0 + along * dx), y - (s.y0 + along * dy));
}

// For every pixel of the rectangle the distance to the nearest stroke, where that is at most `reach`.
std::vector<float> distance_map(const std::vector<Stroke>& strokes, const Layout& layout, float reach) {
  const PixelRect& rect = layout.rect;
  std::vector<float> distances(
      static_cast<std::size_t>(rect.width()) * static_cast<std::size_t>(rect.height()), 1e9f);
  const float scale = layout.letter_height * (1 - kPenWidth),
              pen_radius = layout.letter_height * kPenWidth / 2;
  const auto to_x = [&](float x) { return layout.text_left + pen_radius + x * scale; };
  const auto to_y = [&](float y) { return layout.text_top + pen_radius + y * scale; };
  for (const Stroke& stroke : strokes) {
    const Stroke s{to_x(stroke.x0), to_y(stroke.y0), to_x(stroke.x1), to_y(stroke.y1)};
    const int x0 = std::max(rect.x0, static_cast<int>(std::floor(std::min(s.x0, s.x1) - reach)));
    const int x1 = std::min(rect.x1, static_cast<int>(std::ceil(std::max(s.x0, s.x1) + reach)) + 1);
    const int y0 = std::max(rect.y0, static_cast<int>(std::floor(std::min(s.y0, s.y1) - reach)));
    const int y1 = std::min(rect.y1, static_cast<int>(std::ceil(std::max(s.y0, s.y1) + reach)) + 1);
    for (int y = y0; y < y1; ++y) {
      float* row = distances.data() + static_cast<std::ptrdiff_t>(y - rect.y0) * rect.width() - rect.x0;
      for (int x = x0; x < x1; ++x) {
        row[x] = std::min(row[x], distance_to(s, static_cast<float>(x), static_cast<float>(y)));
      }
    }
  }
  return distances;
}

// 1 inside the plate, fading to 0 at its edge.
float plate_cover(const Layout& layout, int x, int y) {
  const auto px = static_cast<float>(x), py = static_cast<float>(y);
  const float inside =
      std::min({px - layout.plate_x0, layout.plate_x1 - px, py - layout.plate_y0, layout.plate_y1 - py});
  const float t = std::clamp(inside / (kFade * layout.letter_height), 0.0f, 1.0f);
  return t * t * (3 - 2 * t);
}

MIEN_INLINE std::uint8_t to_byte(float value) {
  return static_cast<std::uint8_t>(static_cast<std::int32_t>(std::clamp(value + 0.5f, 0.0f, 255.0f)));
}

// Lays white with cover `white` over black with cover `black` over the pixel.
void blend_pixel(std::uint8_t* pixel, PixelFormat format, float white, float black) {
  const float cover = white + (1 - white) * black;
  if (cover <= 0) return;
  const bool alpha = has_alpha(format);
  const float below = alpha ? static_cast<float>(pixel[3]) / 255 * (1 - cover) : 1 - cover;
  const float total = cover + below;
  const int colours = channel_count(format) - (alpha ? 1 : 0);
  for (int c = 0; c < colours; ++c)
    pixel[c] = to_byte((255 * white + static_cast<float>(pixel[c]) * below) / total);
  if (alpha) pixel[3] = to_byte(255 * total);
}

// The same over bytes of pixels that hide what lies below them. laid: 255 times white's cover; kept: the
// share that stays of what is there.
MIEN_SIMD_CLONES
void blend_opaque(const float* laid, const float* kept, int count, std::uint8_t* __restrict bytes) {
  for (int i = 0; i < count; ++i) bytes[i] = to_byte(laid[i] + static_cast<float>(bytes[i]) * kept[i]);
}

// What the mark lays over the pixels of its rectangle, row by row.
struct Mark {
  int width = -1, height = -1;  // of the picture it is for
  PixelRect rect{};
  std::vector<float> white, black;
  int channels = 0;  // of opaque pictures, whose bytes these are for; see blend_opaque()
  std::vector<float> laid, kept;
};

void plan_mark(int width, int height, Mark* mark) {
  *mark = {width, height, {}, {}, {}, 0, {}, {}};
  const std::vector<Stroke> strokes = text_strokes(kVisibleMarkText);
  const Layout layout = lay_out(width, height, text_width(strokes));
  if (layout.letter_height < kLegibleHeightPx || layout.rect.empty()) return;
  mark->rect = layout.rect;
  const float pen_radius = kPenWidth / 2 * layout.letter_height;
  const float rim_radius = pen_radius + std::max(kRim * layout.letter_height, 0.8f);
  const std::vector<float> distances = distance_map(strokes, layout, rim_radius + 1);
  const float* distance = distances.data();
  for (int y = layout.rect.y0; y < layout.rect.y1; ++y) {
    for (int x = layout.rect.x0; x < layout.rect.x1; ++x, ++distance) {
      const float letter = std::clamp(pen_radius + 0.5f - *distance, 0.0f, 1.0f);
      const float rim = kRimOpacity * std::clamp(rim_radius + 0.5f - *distance, 0.0f, 1.0f);
      const float plate = kPlateOpacity * plate_cover(layout, x, y);
      mark->white.push_back(letter), mark->black.push_back(1 - (1 - rim) * (1 - plate));
    }
  }
}

void plan_bytes(int channels, Mark* mark) {
  mark->channels = channels;
  mark->laid.clear(), mark->kept.clear();
  for (std::size_t i = 0; i < mark->white.size(); ++i) {
    const float white = mark->white[i], below = 1 - (white + (1 - white) * mark->black[i]);
    for (int c = 0; c < channels; ++c) mark->laid.push_back(255 * white), mark->kept.push_back(below);
  }
}

}  // namespace

PixelRect draw_visible_mark(MutableImageView image) {
  thread_local Mark mark;  // frames of a clip are of one size
  if (mark.width != image.width || mark.height != image.height) plan_mark(image.width, image.height, &mark);
  const int channels = channel_count(image.format);
  const bool opaque = !has_alpha(image.format);
  if (opaque && mark.channels != channels) plan_bytes(channels, &mark);
  const int width = mark.rect.width();
  for (int y = mark.rect.y0; y < mark.rect.y1; ++y) {
    const std::size_t i = static_cast<std::size_t>(y - mark.rect.y0) * static_cast<std::size_t>(width);
    std::uint8_t* row = image.row(y) + mark.rect.x0 * channels;
    if (opaque) {
      const std::size_t first = i * static_cast<std::size_t>(channels);
      blend_opaque(mark.laid.data() + first, mark.kept.data() + first, width * channels, row);
      continue;
    }
    for (int x = 0; x < width; ++x)
      blend_pixel(row + x * channels, image.format, mark.white[i + x], mark.black[i + x]);
  }
  return mark.rect;
}

}  // namespace mien
