#include "fuse/forehead_edges.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "face/topology.h"
#include "fuse/testing_faces.h"

namespace mien {
namespace {

constexpr int kSize = 240;

// A face of one colour; what lies higher than `edge` (rows) is as much lighter as said, and every sixth row of the
// rest is a wrinkle.
struct Forehead {
  Mesh mesh = testing_faces::make_mesh(*testing_faces::load_model(), 120, 140, 10, 0, 0);
  Image level{kSize, kSize, PixelFormat::kRgba8};
  int top = static_cast<int>(mesh[topology::kForeheadTop].y);

  Forehead(int edge, int lighter, int wrinkle) {
    for (int y = 0; y < kSize; ++y) {
      std::uint8_t* p = level.mutable_view().row(y);
      const int grey = 150 + (y < edge ? lighter : 0) - (y % 6 == 0 ? wrinkle : 0);
      for (int x = 0; x < kSize; ++x, p += 4)
        p[0] = p[1] = p[2] = static_cast<std::uint8_t>(grey), p[3] = 255;
    }
    distrust_forehead_edges(mesh, &level);
  }
  int trust(int y) const { return level.view().row(y)[4 * 120 + 3]; }
};

TEST(ForeheadEdges, SkinAndItsWrinklesStay) {
  const Forehead plain(0, 0, 0), wrinkled(0, 0, 25);
  for (int y = 0; y < kSize; ++y) {
    EXPECT_EQ(plain.trust(y), 255);
    EXPECT_GT(wrinkled.trust(y), 250) << y;
  }
}

TEST(ForeheadEdges, AnEdgeAboveTheMeshIsNotTrusted) {
  const Forehead face(0, 0, 0);
  const int at = face.top - 10;
  const Forehead edge(at, 40, 0);
  int least = 255;
  for (int y = at - 8; y < at + 8; ++y) least = std::min(least, edge.trust(y));
  EXPECT_LT(least, 60);
  EXPECT_EQ(edge.trust(face.top + 40), 255);
}

TEST(ForeheadEdges, WhatLiesInTheFaceIsLeftAlone) {
  const Forehead face(0, 0, 0);
  const Forehead edge(face.top + 40, 25, 0);
  for (int y = face.top + 25; y < kSize; ++y) EXPECT_EQ(edge.trust(y), 255) << y;
}

TEST(ForeheadEdges, WhereNothingIsTrustedNothingChanges) {
  const Mesh mesh = testing_faces::make_mesh(*testing_faces::load_model(), 120, 140, 10, 0, 0);
  Image level(kSize, kSize, PixelFormat::kRgba8);
  std::fill_n(level.mutable_view().data, 4 * kSize * kSize, std::uint8_t{0});
  distrust_forehead_edges(mesh, &level);
  const std::uint8_t* all = level.view().data;
  EXPECT_TRUE(std::all_of(all, all + 4 * kSize * kSize, [](std::uint8_t v) { return v == 0; }));
}

}  // namespace
}  // namespace mien
