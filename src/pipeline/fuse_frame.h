// A frame: faces -> who gets whom -> (per face: quality gate -> fuse_face) -> report
#pragma once

#include <span>

#include "pipeline/find_faces.h"
#include "pipeline/fuse_face.h"

namespace mien {

// `image` holds the frame's pixels when called, and the result afterwards.
Result<FusionReport> fuse_frame(ImageView frame, std::span<const Casting> cast, const FusionOptions& options,
                                const FaceNetworks& networks, const FusionParts& parts, ThreadPool& pool,
                                FindScratch& find, FuseScratch& fuse, Trace& trace, MutableImageView image);

// What is known about every face without changing any.
Result<std::vector<FaceInfo>> describe_faces(ImageView picture, FaceOrder order, const FaceNetworks& networks,
                                             FindScratch& scratch, Trace& trace);

}  // namespace mien
