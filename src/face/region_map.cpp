#include "face/region_map.h"

#include <algorithm>
#include <vector>

#include "core/simd_clones.h"

namespace mien {
namespace {

struct GridPlace {
  int at;        // of the upper left of four cells
  float fx, fy;  // how far behind it
};

// Of a pixel; m: grid (w x h cells) from pixels. Beyond the grid: its edge.
MIEN_INLINE GridPlace place_on_grid(const Affine& m, int x, int y, int w, int h) {
  const float row_x = m.b * static_cast<float>(y) + m.c, row_y = m.e * static_cast<float>(y) + m.f;
  const float px = std::min(std::max(m.a * static_cast<float>(x) + row_x, 0.0f), static_cast<float>(w - 1)),
              py = std::min(std::max(m.d * static_cast<float>(x) + row_y, 0.0f), static_cast<float>(h - 1));
  const int x0 = std::min(static_cast<int>(px), w - 2), y0 = std::min(static_cast<int>(py), h - 2);
  return {y0 * w + x0, px - static_cast<float>(x0), py - static_cast<float>(y0)};
}

// A row of pixels, bilinear. m: grid from pixels.
MIEN_SIMD_CLONES
void sample_row(const float* grid, int w, int h, const Affine m, int y, int width, float* __restrict out) {
  for (int x = 0; x < width; ++x) {
    const auto [at, fx, fy] = place_on_grid(m, x, y, w, h);
    const float above = grid[at] + fx * (grid[at + 1] - grid[at]),
                below = grid[at + w] + fx * (grid[at + w + 1] - grid[at + w]);
    out[x] = above + fy * (below - above);
  }
}

// The same of two masks that lie side by side in each number: see MaskPair.
MIEN_SIMD_CLONES
void sample_pair_row(const std::uint32_t* pairs, int w, int h, const Affine m, int y, int width,
                     float* __restrict first, float* __restrict second) {
  constexpr float kUnit = 1 / 255.0f;
  for (int x = 0; x < width; ++x) {
    const auto [at, fx, fy] = place_on_grid(m, x, y, w, h);
    const std::uint32_t upper = pairs[at], lower = pairs[at + w];
    const auto mean = [&](int byte) {
      const auto value = [](std::uint32_t four, int k) {
        return static_cast<float>(static_cast<std::int32_t>(four >> (8 * k) & 255u));
      };
      const float above = value(upper, byte) + fx * (value(upper, byte + 2) - value(upper, byte)),
                  below = value(lower, byte) + fx * (value(lower, byte + 2) - value(lower, byte));
      return (above + fy * (below - above)) * kUnit;
    };
    first[x] = mean(0), second[x] = mean(1);
  }
}

std::uint32_t to_byte(float v) { return static_cast<std::uint32_t>(std::clamp(v, 0.0f, 1.0f) * 255 + 0.5f); }

constexpr float kPerhaps = 0.3f;  // probability from which a cell belongs to an island

// The cells that hang together with `first` (by sides) and are marked; they are unmarked.
void take_island(int first, int width, int height, std::vector<char>* marked, std::vector<int>* island) {
  island->assign(1, first);
  (*marked)[static_cast<std::size_t>(first)] = 0;
  for (std::size_t k = 0; k < island->size(); ++k) {
    const int cell = (*island)[k], x = cell % width, y = cell / width;
    const auto visit = [&](bool inside, int next) {
      if (!inside || !(*marked)[static_cast<std::size_t>(next)]) return;
      (*marked)[static_cast<std::size_t>(next)] = 0;
      island->push_back(next);
    };
    visit(x > 0, cell - 1), visit(x + 1 < width, cell + 1);
    visit(y > 0, cell - width), visit(y + 1 < height, cell + width);
  }
}

// Whether what lies around the island (its cells' neighbours beside it) is skin or lips for the most part.
bool lies_in_skin(const Tensor& p, const std::vector<int>& island, const float* thing) {
  constexpr float kMostly = 0.7f;
  const float *skin = p.channel(static_cast<int>(RegionClass::kSkin)),
              *lip = p.channel(static_cast<int>(RegionClass::kLip));
  float sum = 0;
  int count = 0;
  for (const int cell : island) {
    const int x = cell % p.width, y = cell / p.width;
    if (x == 0 || y == 0 || x + 1 == p.width || y + 1 == p.height) return false;
    for (const int next : {cell - 1, cell + 1, cell - p.width, cell + p.width}) {
      if (thing[next] <= kPerhaps) sum += skin[next] + lip[next], ++count;
    }
  }
  return count > 0 && sum > kMostly * static_cast<float>(count);
}

// Every island of `kind` for which is_speck(cells) says so becomes skin.
template <class Predicate>
void take_for_skin(RegionClass kind, Predicate&& is_speck, Tensor* probability) {
  const int w = probability->width, h = probability->height, cells = w * h;
  float* thing = probability->channel(static_cast<int>(kind));
  float* skin = probability->channel(static_cast<int>(RegionClass::kSkin));
  thread_local std::vector<char> marked;
  thread_local std::vector<int> island;
  marked.resize(static_cast<std::size_t>(cells));
  for (int i = 0; i < cells; ++i) marked[static_cast<std::size_t>(i)] = thing[i] > kPerhaps;
  for (int i = 0; i < cells; ++i) {
    if (!marked[static_cast<std::size_t>(i)]) continue;
    take_island(i, w, h, &marked, &island);
    if (!is_speck(island)) continue;
    for (const int cell : island) skin[cell] += thing[cell], thing[cell] = 0;
  }
}

}  // namespace

void remove_specks(Tensor* probability) {
  const Tensor& p = *probability;
  const float cells = static_cast<float>(p.width * p.height);
  const auto is_smaller = [cells](const std::vector<int>& island, float share) {
    return static_cast<float>(island.size()) < share * cells;
  };
  take_for_skin(
      RegionClass::kOccluder, [&](const auto& island) { return is_smaller(island, kSmallestThing); },
      probability);
  const float* hair = p.channel(static_cast<int>(RegionClass::kHair));
  take_for_skin(
      RegionClass::kHair,
      [&](const auto& island) {  // an island's first cell is its topmost
        return island.front() >= p.height / 2 * p.width && is_smaller(island, kLargestMoustache) &&
               lies_in_skin(p, island, hair);
      },
      probability);
}

void FineMask::sample(const Affine& frame_from_picture, int width, int height, Plane* out) const {
  const Affine m = compose(mask_from_frame, frame_from_picture);
  out->resize(width, height);
  for (int y = 0; y < height; ++y)
    sample_row(share.values.data(), share.width, share.height, m, y, width, out->row(y));
}

void MaskPair::take(const Plane& first, const Plane& second, const Affine& mask_from_frame) {
  width_ = first.width, height_ = first.height, mask_from_frame_ = mask_from_frame;
  values_.resize(first.size());
  std::uint32_t right = 0;  // from the end on; a row's last pixel is never looked up as the left one
  for (std::size_t i = first.size(); i-- > 0;) {
    const std::uint32_t here = to_byte(first.values[i]) | to_byte(second.values[i]) << 8;
    values_[i] = here | right << 16;
    right = here;
  }
}

void MaskPair::sample(const Affine& frame_from_picture, int width, int height, Plane* first,
                      Plane* second) const {
  const Affine m = compose(mask_from_frame_, frame_from_picture);
  first->resize(width, height), second->resize(width, height);
  for (int y = 0; y < height; ++y)
    sample_pair_row(values_.data(), width_, height_, m, y, width, first->row(y), second->row(y));
}

void RegionMap::sample(std::initializer_list<RegionClass> classes, const Affine& frame_from_picture,
                       int width, int height, Plane* out) const {
  const int w = probability.width, h = probability.height;
  thread_local Plane sum;
  sum.resize(w, h);
  sum.fill(0);
  for (const RegionClass k : classes) {
    const float* p = probability.channel(static_cast<int>(k));
    for (std::size_t i = 0; i < sum.size(); ++i) sum.values[i] += p[i];
  }
  const Affine m = compose(map_from_frame, frame_from_picture);
  out->resize(width, height);
  for (int y = 0; y < height; ++y) sample_row(sum.values.data(), w, h, m, y, width, out->row(y));
}

}  // namespace mien
