#include "media/stroke_font.h"

#include <cmath>
#include <numbers>

namespace mien {
namespace {

constexpr float kLetterGap = 0.34f;
constexpr float kSpace = 0.42f;

// Draws letters with their left edge at `left`; each returns its width.
class Pen {
 public:
  explicit Pen(float left) : left_(left) {}

  void line(float x0, float y0, float x1, float y1) { strokes.push_back({left_ + x0, y0, left_ + x1, y1}); }

  // Part of an ellipse; angles run clockwise from the right.
  void arc(float centre_x, float centre_y, float radius_x, float radius_y, float from_deg, float to_deg) {
    constexpr int kPieces = 10;
    const auto point = [&](int i) {
      const float angle = (from_deg + (to_deg - from_deg) * static_cast<float>(i) / kPieces) *
                          std::numbers::pi_v<float> / 180;
      return std::pair(centre_x + radius_x * std::cos(angle), centre_y + radius_y * std::sin(angle));
    };
    for (int i = 0; i < kPieces; ++i) {
      const auto [x0, y0] = point(i);
      const auto [x1, y1] = point(i + 1);
      line(x0, y0, x1, y1);
    }
  }

  std::vector<Stroke> strokes;

 private:
  float left_;
};

float draw_a(Pen& pen) {
  constexpr float kWidth = 0.76f, kBar = 0.68f;
  pen.line(0, 1, kWidth / 2, 0);
  pen.line(kWidth / 2, 0, kWidth, 1);
  pen.line(kWidth / 2 * (1 - kBar), kBar, kWidth / 2 * (1 + kBar), kBar);
  return kWidth;
}

float draw_d(Pen& pen) {
  constexpr float kWidth = 0.62f, kStraight = 0.18f;
  pen.line(0, 0, 0, 1);
  pen.line(0, 0, kStraight, 0);
  pen.arc(kStraight, 0.5f, kWidth - kStraight, 0.5f, -90, 90);
  pen.line(kStraight, 1, 0, 1);
  return kWidth;
}

float draw_e_or_f(Pen& pen, bool is_e) {
  constexpr float kWidth = 0.5f;
  pen.line(0, 0, 0, 1);
  pen.line(0, 0, kWidth, 0);
  pen.line(0, 0.48f, kWidth * 0.85f, 0.48f);
  if (is_e) pen.line(0, 1, kWidth, 1);
  return kWidth;
}

float draw_s(Pen& pen) {
  constexpr float kWidth = 0.54f, kHalf = kWidth / 2;
  pen.arc(kHalf, 0.25f, kHalf, 0.25f, -25, -270);
  pen.arc(kHalf, 0.75f, kHalf, 0.25f, -90, 155);
  return kWidth;
}

float draw_u(Pen& pen) {
  constexpr float kWidth = 0.6f, kBend = 0.7f;
  pen.line(0, 0, 0, kBend);
  pen.arc(kWidth / 2, kBend, kWidth / 2, 1 - kBend, 180, 0);
  pen.line(kWidth, kBend, kWidth, 0);
  return kWidth;
}

// The letter's width; below zero for one that is not known.
float draw_letter(char letter, Pen& pen) {
  switch (letter) {
    case 'A':
      return draw_a(pen);
    case 'D':
      return draw_d(pen);
    case 'E':
      return draw_e_or_f(pen, true);
    case 'F':
      return draw_e_or_f(pen, false);
    case 'I':
      pen.line(0, 0, 0, 1);
      return 0;
    case 'S':
      return draw_s(pen);
    case 'U':
      return draw_u(pen);
    default:
      return -1;
  }
}

}  // namespace

std::vector<Stroke> text_strokes(std::string_view text) {
  std::vector<Stroke> strokes;
  float left = 0;
  for (const char letter : text) {
    if (letter == ' ') {
      left += kSpace;
      continue;
    }
    Pen pen(left);
    const float width = draw_letter(letter, pen);
    if (width < 0) continue;
    strokes.insert(strokes.end(), pen.strokes.begin(), pen.strokes.end());
    left += width + kLetterGap;
  }
  return strokes;
}

}  // namespace mien
