// A picture's light at the scales that relighting works on, and its skin's colour. What is coarse is kept at
// the resolution that its blur works at (MaskedBlur::factor()), and brought back row by row where it is
// wanted.
#pragma once

#include <vector>

#include "fuse/colour.h"
#include "fuse/masked_blur.h"

namespace mien {

// The skin's blurs; of one mask.
struct SkinBlurs {
  MaskedBlur low, mid, tint;
};

// Of every row the pixels that are looked at, first .. last - 1.
struct RowSpans {
  std::vector<int> first, last;
};

// The spans within which a mask or the other is above 0, wider by `margin` to all sides.
void find_spans(const Plane& mask, const Plane& other, int margin, RowSpans* out);

struct SkinBands {
  LabPlanes lab;         // within the spans, else 0
  Plane fine;            // lab.l blurred a little; right where the spans' margin allows
  Plane low, mid;        // of lab.l, coarse
  Plane tint_a, tint_b;  // low-frequency chromaticity (colour.h: Tint), coarse
};

struct SkinBandScratch {
  RowShrinker low, mid, tint[3];
  Plane tint_blue;
  std::vector<float> line;
};

// What of a picture is wanted beside lightness and the coarse planes.
struct BandChoice {
  bool colour = true;    // lab.a and lab.b
  float fine_sigma = 0;  // 0: not fine
};

// picture: 0..255, of the blurs' mask's size.
void split_into_bands(const PlanarRgb& picture, const SkinBlurs& blurs, const RowSpans& spans,
                      const BandChoice& choice, SkinBandScratch* scratch, SkinBands* out);

}  // namespace mien
