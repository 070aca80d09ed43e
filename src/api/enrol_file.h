// Enrolled people and source analyses as bytes. The formats are written down in docs/enrol-file.md.
#pragma once

#include "api/sealed_bytes.h"
#include "pipeline/enrol.h"

namespace mien {

inline constexpr SealedKind kSourceKind{"MIENFACE", 1, "an enrolled face (.mien)", "enrol the photos again"};
inline constexpr SealedKind kAnalysisKind{"MIENLOOK", 11, "an analysis of a photo", "clear the cache"};

// The largest file that pack_source() writes.
inline constexpr std::size_t kLargestSourceFile = 1'000'000;

// identity_network: which weights made the identity; similarities of different networks mean nothing.
Result<std::vector<std::uint8_t>> pack_source(const Source::Content& source,
                                              const std::string& identity_network);

// model: the shape must fit it. An identity of other weights than identity_network is dropped, with a
// warning.
Result<ContentPtr> unpack_source(std::span<const std::uint8_t> bytes, const FaceModel& model,
                                 const std::string& identity_network);

std::vector<std::uint8_t> pack_analysis(const SourceAnalysis& analysis);
Result<SourceAnalysis> unpack_analysis(std::span<const std::uint8_t> bytes);

}  // namespace mien
