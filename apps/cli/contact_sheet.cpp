#include "contact_sheet.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

#include "core/resample.h"
#include "face/crop.h"

namespace mien::cli {
namespace {

constexpr int kFacePx = 220, kLinePx = 20, kMargin = 8, kColumns = 4;
constexpr int kDot = 2;        // side of a font dot
constexpr float kSpan = 1.5f;  // how much of the surroundings is shown
constexpr std::uint8_t kPaper = 250, kInk = 30;

// Letters of 3 x 5 dots, rows from the top.
struct Glyph {
  char letter;
  std::string_view dots;
};
constexpr Glyph kFont[] = {
    {'0', "####.##.##.####"}, {'1', ".#.##..#..#.###"}, {'2', "##...#.#.#..###"}, {'3', "##...#.#...###."},
    {'4', "#.##.####..#..#"}, {'5', "####..##...###."}, {'6', ".###..####.####"}, {'7', "###..#.#..#..#."},
    {'8', "####.#####.####"}, {'9', "####.####..###."}, {'A', ".#.#.#####.##.#"}, {'B', "##.#.###.#.###."},
    {'C', ".###..#..#...##"}, {'D', "##.#.##.##.###."}, {'E', "####..##.#..###"}, {'F', "####..##.#..#.."},
    {'G', ".###..#.##.#.##"}, {'H', "#.##.#####.##.#"}, {'I', "###.#..#..#.###"}, {'J', "..#..#..##.#.#."},
    {'K', "#.##.###.#.##.#"}, {'L', "#..#..#..#..###"}, {'M', "#.#######.##.##"}, {'N', "##.#.##.##.##.#"},
    {'O', ".#.#.##.##.#.#."}, {'P', "##.#.###.#..#.."}, {'Q', ".#.#.##.####.##"}, {'R', "##.#.###.#.##.#"},
    {'S', ".###...#...###."}, {'T', "###.#..#..#..#."}, {'U', "#.##.##.##.####"}, {'V', "#.##.##.##.#.#."},
    {'W', "#.##.########.#"}, {'X', "#.##.#.#.#.##.#"}, {'Y', "#.##.#.#..#..#."}, {'Z', "###..#.#.#..###"},
    {'+', "....#.###.#...."}, {'-', "......###......"}, {'.', ".............#."}, {'%', "#.#..#.#.#..#.#"},
    {':', "....#.....#...."},
};

void fill(MutableImageView image, int x0, int y0, int width, int height, std::uint8_t grey) {
  for (int y = std::max(0, y0); y < std::min(image.height, y0 + height); ++y) {
    for (int x = std::max(0, x0); x < std::min(image.width, x0 + width); ++x)
      std::memset(image.row(y) + 3 * x, grey, 3);
  }
}

void write_line(MutableImageView image, int x, int y, std::string_view text) {
  for (const char letter : text) {
    for (const Glyph& glyph : kFont) {
      if (glyph.letter != letter) continue;
      for (int i = 0; i < 15; ++i) {
        if (glyph.dots[static_cast<std::size_t>(i)] == '#')
          fill(image, x + i % 3 * kDot, y + i / 3 * kDot, kDot, kDot, kInk);
      }
    }
    x += 4 * kDot;
  }
}

void draw_face(ImageView photo, const Face& face, MutableImageView image, int x0, int y0) {
  PlanarRgb pixels;
  LevelSquare square = level_square(face.mesh);
  square.roll_rad = 0;  // as it is in the photo
  sample_affine(photo, crop_from_frame(square, kSpan, kFacePx), kFacePx, kFacePx, &pixels);
  for (int y = 0; y < kFacePx; ++y) {
    std::uint8_t* to = image.row(y0 + y) + 3 * x0;
    for (int x = 0; x < kFacePx; ++x) {
      for (int c = 0; c < 3; ++c)
        to[3 * x + c] = static_cast<std::uint8_t>(
            std::lround(pixels.channel(c)[static_cast<std::size_t>(y) * kFacePx + x]));
    }
  }
}

// Two diagonal strokes over the face: it would not be used.
void strike_out(MutableImageView image, int x0, int y0) {
  for (int i = 0; i < kFacePx; ++i) {
    fill(image, x0 + i, y0 + i, 2, 2, kInk);
    fill(image, x0 + kFacePx - 1 - i, y0 + i, 2, 2, kInk);
  }
}

}  // namespace

Image contact_sheet(ImageView photo, const std::vector<SheetCell>& cells) {
  std::size_t lines = 0;
  for (const SheetCell& cell : cells) lines = std::max(lines, cell.lines.size());
  const int count = static_cast<int>(cells.size()), columns = std::clamp(count, 1, kColumns),
            rows = std::max(1, (count + kColumns - 1) / kColumns);
  const int cell_width = kFacePx + kMargin,
            cell_height = kFacePx + kMargin + kLinePx * static_cast<int>(lines);
  Image sheet(columns * cell_width + kMargin, rows * cell_height + kMargin, PixelFormat::kRgb8);
  std::memset(sheet.mutable_view().data, kPaper,
              static_cast<std::size_t>(sheet.view().stride_bytes) * sheet.height());
  for (int i = 0; i < count; ++i) {
    const SheetCell& cell = cells[static_cast<std::size_t>(i)];
    const int x = kMargin + i % kColumns * cell_width, y = kMargin + i / kColumns * cell_height;
    draw_face(photo, cell.face, sheet.mutable_view(), x, y);
    if (cell.marked) strike_out(sheet.mutable_view(), x, y);
    for (std::size_t k = 0; k < cell.lines.size(); ++k)
      write_line(sheet.mutable_view(), x, y + kFacePx + 6 + kLinePx * static_cast<int>(k), cell.lines[k]);
  }
  return sheet;
}

}  // namespace mien::cli
