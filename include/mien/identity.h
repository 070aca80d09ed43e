// Who a face belongs to, as numbers that can be compared.
#pragma once

#include <array>

namespace mien {

inline constexpr int kIdentityNumbers = 256;

// A direction: 256 numbers of length 1. Light, pose and expression move it little, another person moves it
// far.
struct Identity {
  std::array<float, kIdentityNumbers> values{};
};

// Cosine of the angle between two identities: near 1 the same picture, about 0.7 the same person, about 0
// different people. -1..1.
float similarity(const Identity& a, const Identity& b);

// From here on two faces count as the same person: one pair of different people in a thousand is above.
inline constexpr float kSamePersonFrom = 0.35f;

}  // namespace mien
