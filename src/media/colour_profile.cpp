#include "media/colour_profile.h"

#include <lcms2.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "core/try.h"

namespace mien {
namespace {

constexpr int kNearlySrgb = 2;  // largest difference of a channel that counts as none
constexpr int kGridSteps = 6;   // colours per channel that are looked at
constexpr int kClearlyChanged =
    24;  // difference to the target from which on nothing of the target's excess stays

using Profile = std::unique_ptr<void, decltype(&cmsCloseProfile)>;

cmsUInt32Number layout_of(Numbers numbers) {
  switch (numbers) {
    case Numbers::kGray:
      return TYPE_GRAY_8;
    case Numbers::kRgb:
      return TYPE_RGB_8;
    case Numbers::kRgba:
      return TYPE_RGBA_8;
    case Numbers::kCmyk:
      return TYPE_CMYK_8;
    case Numbers::kCmykInverted:
      return TYPE_CMYK_8_REV;
  }
  return 0;
}

const char* space_of(Numbers numbers) {
  switch (numbers) {
    case Numbers::kGray:
      return "GRAY";
    case Numbers::kRgb:
    case Numbers::kRgba:
      return "RGB ";
    case Numbers::kCmyk:
    case Numbers::kCmykInverted:
      break;
  }
  return "CMYK";
}

// A handle of lcms for one direction, or null. lcms keeps what it needs of the profiles.
void* make_transform(ByteView icc, Numbers numbers, bool to_srgb) {
  const Profile own(cmsOpenProfileFromMem(icc.data(), static_cast<cmsUInt32Number>(icc.size())),
                    &cmsCloseProfile);
  const Profile srgb(cmsCreate_sRGBProfile(), &cmsCloseProfile);
  if (!own || !srgb) return nullptr;
  const cmsUInt32Number theirs = layout_of(numbers),
                        ours = numbers == Numbers::kRgba ? TYPE_RGBA_8 : TYPE_RGB_8;
  const cmsUInt32Number flags =
      cmsFLAGS_BLACKPOINTCOMPENSATION | (numbers == Numbers::kRgba ? cmsFLAGS_COPY_ALPHA : 0);
  return to_srgb
             ? cmsCreateTransform(own.get(), theirs, srgb.get(), ours, INTENT_RELATIVE_COLORIMETRIC, flags)
             : cmsCreateTransform(srgb.get(), ours, own.get(), theirs, INTENT_RELATIVE_COLORIMETRIC, flags);
}

Status unusable(ByteView icc, const std::string& why) {
  return {Code::kUnreadable,
          "the colour profile (" + std::to_string(icc.size()) + " bytes) cannot be used: " + why};
}

// lcms needs no more than the bytes to be there; whether they make sense shows when a transform is made.
Result<void*> checked_transform(ByteView icc, Numbers numbers, bool to_srgb) {
  const std::string_view space = profile_space(icc);
  if (space != space_of(numbers)) {
    return unusable(icc,
                    "it describes '" + std::string(space) + "', the picture has '" + space_of(numbers) + "'");
  }
  void* transform = make_transform(icc, numbers, to_srgb);
  if (!transform) return unusable(icc, "it is damaged or incomplete");
  return transform;
}

// The row of a picture in the profile, after fusing. srgb and back are rows for intermediate results.
struct RowOut {
  const ColourTransform &to, &from;
  int width, channels;
  std::vector<std::uint8_t> srgb, back_of_fused, back_of_srgb;

  void run(const std::uint8_t* original, const std::uint8_t* fused, std::uint8_t* out) {
    const auto bytes = static_cast<std::size_t>(width) * channels;
    to.run(original, srgb.data(), width);
    std::memcpy(out, original, bytes);
    if (std::memcmp(srgb.data(), fused, bytes) == 0) return;
    from.run(fused, back_of_fused.data(), width);
    from.run(srgb.data(), back_of_srgb.data(), width);
    for (int x = 0; x < width; ++x) {
      const std::size_t p = static_cast<std::size_t>(x) * channels;
      int change = 0;
      for (int c = 0; c < channels; ++c) change = std::max(change, std::abs(fused[p + c] - srgb[p + c]));
      const int keep = std::max(0, kClearlyChanged - change);  // of kClearlyChanged
      for (int c = 0; c < channels; ++c) {
        const int excess = (original[p + c] - back_of_srgb[p + c]) * keep / kClearlyChanged;
        out[p + c] = static_cast<std::uint8_t>(std::clamp(back_of_fused[p + c] + excess, 0, 255));
      }
    }
  }
};

}  // namespace

std::string_view profile_space(ByteView icc) {
  constexpr std::size_t kHeaderBytes = 128, kSpaceAt = 16;
  return icc.size() < kHeaderBytes ? std::string_view() : as_text(icc.subspan(kSpaceAt, 4));
}

void ColourTransform::Closer::operator()(void* transform) const { cmsDeleteTransform(transform); }

Result<ColourTransform> ColourTransform::to_srgb(ByteView icc, Numbers from) {
  MIEN_ASSIGN(void* transform, checked_transform(icc, from, true));
  return ColourTransform(transform);
}

Result<ColourTransform> ColourTransform::from_srgb(ByteView icc, Numbers both) {
  MIEN_ASSIGN(void* transform, checked_transform(icc, both, false));
  return ColourTransform(transform);
}

void ColourTransform::run(const std::uint8_t* in, std::uint8_t* out, int count) const {
  cmsDoTransform(transform_.get(), in, out, static_cast<cmsUInt32Number>(count));
}

bool nearly_srgb(const ColourTransform& rgb_to_srgb) {
  std::vector<std::uint8_t> colours, converted;
  for (int i = 0; i < kGridSteps * kGridSteps * kGridSteps; ++i) {
    for (const int step : {i % kGridSteps, i / kGridSteps % kGridSteps, i / (kGridSteps * kGridSteps)}) {
      colours.push_back(static_cast<std::uint8_t>(step * 255 / (kGridSteps - 1)));
    }
  }
  converted.resize(colours.size());
  rgb_to_srgb.run(colours.data(), converted.data(), static_cast<int>(colours.size() / 3));
  for (std::size_t i = 0; i < colours.size(); ++i) {
    if (std::abs(colours[i] - converted[i]) > kNearlySrgb) return false;
  }
  return true;
}

Result<Image> in_profile_of(ImageView original, ByteView icc, ImageView fused) {
  if (original.width != fused.width || original.height != fused.height || original.format != fused.format) {
    return Status(Code::kInvalidArgument,
                  "the fused picture has " + std::to_string(fused.width) + " x " +
                      std::to_string(fused.height) + " pixels and the target " +
                      std::to_string(original.width) + " x " + std::to_string(original.height) +
                      ", or their formats differ; pass the metadata of the very target that was fused");
  }
  const Numbers numbers = has_alpha(fused.format) ? Numbers::kRgba : Numbers::kRgb;
  MIEN_ASSIGN(const ColourTransform to, ColourTransform::to_srgb(icc, numbers));
  MIEN_ASSIGN(const ColourTransform from, ColourTransform::from_srgb(icc, numbers));
  const int channels = channel_count(fused.format);
  const std::vector<std::uint8_t> row(static_cast<std::size_t>(fused.width) * channels);
  RowOut rows{to, from, fused.width, channels, row, row, row};
  Image out(fused.width, fused.height, fused.format);
  const MutableImageView view = out.mutable_view();
  for (int y = 0; y < fused.height; ++y) rows.run(original.row(y), fused.row(y), view.row(y));
  return out;
}

}  // namespace mien
