// Which mesh points are what. Indices follow MediaPipe's mesh; the person's right is the picture's left.
#pragma once

#include <array>
#include <cstdint>

namespace mien::topology {

using Index = std::int32_t;

// Closed outlines, in order.
inline constexpr std::array<Index, 36> kOval = {10,  338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288,
                                                397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
                                                172, 58,  132, 93,  234, 127, 162, 21,  54,  103, 67,  109};
inline constexpr std::array<Index, 20> kOuterLips = {61,  185, 40,  39,  37,  0,  267, 269, 270, 409,
                                                     291, 375, 321, 405, 314, 17, 84,  181, 91,  146};
inline constexpr std::array<Index, 20> kInnerLips = {78,  191, 80,  81,  82,  13, 312, 311, 310, 415,
                                                     308, 324, 318, 402, 317, 14, 87,  178, 88,  95};
inline constexpr std::array<Index, 16> kRightEye = {33,  246, 161, 160, 159, 158, 157, 173,
                                                    133, 155, 154, 153, 145, 144, 163, 7};
inline constexpr std::array<Index, 16> kLeftEye = {263, 466, 388, 387, 386, 385, 384, 398,
                                                   362, 382, 381, 380, 374, 373, 390, 249};
inline constexpr std::array<Index, 10> kRightBrow = {70, 63, 105, 66, 107, 55, 65, 52, 53, 46};
inline constexpr std::array<Index, 10> kLeftBrow = {300, 293, 334, 296, 336, 285, 295, 282, 283, 276};

inline constexpr Index kRightIris = 468, kLeftIris = 473;  // centres; the ring is the four points that follow
inline constexpr std::array<Index, 2> kRightEyeCorners = {33, 133}, kLeftEyeCorners = {263, 362};
inline constexpr Index kRightUpperLid = 159, kRightLowerLid = 145, kLeftUpperLid = 386, kLeftLowerLid = 374;
inline constexpr Index kRightCheekEdge = 234, kLeftCheekEdge = 454;  // where the face is widest
inline constexpr Index kBridge = 168;                                // between the eyes
inline constexpr Index kForeheadTop = 10, kChin = 152, kNoseTip = 4, kUpperInnerLip = 13, kLowerInnerLip = 14;
// Right eye, left eye, nose tip, right and left mouth corner.
inline constexpr std::array<Index, 2> kMouthCorners = {61, 291};  // right, left
inline constexpr std::array<Index, 5> kFivePoints = {468, 473, 4, kMouthCorners[0], kMouthCorners[1]};

}  // namespace mien::topology
