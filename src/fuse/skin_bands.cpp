#include "fuse/skin_bands.h"

#include <algorithm>

#include "fuse/mask_part.h"

namespace mien {
namespace {

// The colours of a row's span become linear light, in three lines that follow each other.
Colours linear_row(const PlanarRgb& picture, std::size_t at, int count, std::vector<float>* lines) {
  const auto n = static_cast<std::size_t>(count);
  lines->resize(3 * static_cast<std::size_t>(picture.width));
  float* to = lines->data();
  for (int c = 0; c < 3; ++c) linear_from_srgb(picture.channel(c) + at, n, to + c * n);
  return {to, to + n, to + 2 * n};
}

// Chromaticity from the skin's mean colours.
void measure_tint(const Plane& blue, Plane* red_to_a, Plane* green_to_b) {
  for (std::size_t i = 0; i < blue.size(); ++i) {
    const Tint tint = tint_of({red_to_a->values[i], green_to_b->values[i], blue.values[i]});
    red_to_a->values[i] = tint.a, green_to_b->values[i] = tint.b;
  }
}

void clear_outside(int width, int first, int last, float* row) {
  std::fill(row, row + first, 0.0f);
  std::fill(row + last, row + width, 0.0f);
}

}  // namespace

void find_spans(const Plane& mask, const Plane& other, int margin, RowSpans* out) {
  const int w = mask.width, h = mask.height;
  thread_local std::vector<int> first, last;  // scratch that keeps its memory
  first.assign(static_cast<std::size_t>(h), w), last.assign(static_cast<std::size_t>(h), 0);
  for (int y = 0; y < h; ++y) {
    widen_span(mask.row(y), w, &first[y], &last[y]);
    widen_span(other.row(y), w, &first[y], &last[y]);
  }
  out->first.assign(first.size(), 0), out->last.assign(first.size(), 0);
  for (int y = 0; y < h; ++y) {
    const int y0 = std::max(0, y - margin), y1 = std::min(h, y + margin + 1);
    const int low = *std::min_element(first.begin() + y0, first.begin() + y1),
              high = *std::max_element(last.begin() + y0, last.begin() + y1);
    if (high > low) out->first[y] = std::max(0, low - margin), out->last[y] = std::min(w, high + margin);
  }
}

void split_into_bands(const PlanarRgb& picture, const SkinBlurs& blurs, const RowSpans& spans,
                      const BandChoice& choice, SkinBandScratch* s, SkinBands* out) {
  const int w = picture.width, h = picture.height;
  out->lab.l.resize(w, h);
  if (choice.colour) out->lab.a.resize(w, h), out->lab.b.resize(w, h);
  Plane* tint[3] = {&out->tint_a, &out->tint_b, &s->tint_blue};
  blurs.low.begin(&s->low, &out->low), blurs.mid.begin(&s->mid, &out->mid);
  for (int c = 0; c < 3; ++c) blurs.tint.begin(&s->tint[c], tint[c]);
  for (int y = 0; y < h; ++y) {
    const int first = spans.first[y], last = spans.last[y];
    const auto n = static_cast<std::size_t>(last - first);
    const Colours linear =
        linear_row(picture, static_cast<std::size_t>(y) * w + first, last - first, &s->line);
    float* l = out->lab.l.row(y);
    clear_outside(w, first, last, l);
    if (choice.colour) {
      float *a = out->lab.a.row(y), *b = out->lab.b.row(y);
      lab_from_linear(linear, n, l + first, a + first, b + first);
      clear_outside(w, first, last, a), clear_outside(w, first, last, b);
    } else {
      lightness_from_linear(linear, n, l + first);
    }
    const float* weights = blurs.low.mask().row(y) + first;
    s->low.add(l + first, weights, first, last), s->mid.add(l + first, weights, first, last);
    s->tint[0].add(linear.r, weights, first, last), s->tint[1].add(linear.g, weights, first, last);
    s->tint[2].add(linear.b, weights, first, last);
  }
  blurs.low.finish(&out->low), blurs.mid.finish(&out->mid);
  for (Plane* plane : tint) blurs.tint.finish(plane);
  measure_tint(s->tint_blue, &out->tint_a, &out->tint_b);
  if (!(choice.fine_sigma > 0)) return;
  out->fine = out->lab.l;
  gaussian_blur(&out->fine, choice.fine_sigma, &s->line);
}

}  // namespace mien
