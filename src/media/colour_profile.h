// Colour profiles (ICC): what a file's numbers are in sRGB, and back. The only place that knows lcms2.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "media/bytes.h"
#include "mien/image.h"

namespace mien {

// How the pixels of one side lie in memory. kCmykInverted: 255 is no ink, as Adobe's programs write JPEGs.
enum class Numbers { kGray, kRgb, kRgba, kCmyk, kCmykInverted };

// "RGB ", "GRAY", "CMYK", ...: what the profile's header says that it describes; empty when the bytes are too
// few for a header.
std::string_view profile_space(ByteView icc);

// Relative colorimetric with black point compensation, as editors and browsers show pictures; alpha goes
// along unchanged. One per thread.
class ColourTransform {
 public:
  // kUnreadable when the profile is damaged, or does not describe such numbers.
  static Result<ColourTransform> to_srgb(ByteView icc, Numbers from);    // gives RGB, of kRgba RGBA
  static Result<ColourTransform> from_srgb(ByteView icc, Numbers both);  // kRgb or kRgba

  // in and out: `count` pixels each; they may be the same memory when both have the same layout.
  void run(const std::uint8_t* in, std::uint8_t* out, int count) const;

 private:
  struct Closer {
    void operator()(void* transform) const;
  };
  explicit ColourTransform(void* transform) : transform_(transform) {}
  std::unique_ptr<void, Closer> transform_;
};

// Whether RGB numbers in this profile mean what they mean in sRGB, within 2/255 (colours in between as well).
bool nearly_srgb(const ColourTransform& rgb_to_srgb);

// The fused picture, sRGB, in the numbers of the target's profile. original: the target as its file has it.
// Pixels that fusing left alone get the original's bits; where little was changed (a feathered edge), what
// sRGB could not hold of the original stays in part. kUnreadable when the profile cannot be used,
// kInvalidArgument when the sizes or formats differ.
Result<Image> in_profile_of(ImageView original, ByteView icc, ImageView fused);

}  // namespace mien
