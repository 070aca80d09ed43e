// Several photos of one person -> one source: pixels from where they are seen best, shape and identity
// averaged.
#pragma once

#include "core/thread_pool.h"
#include "pipeline/enrol.h"

namespace mien {

// Below this a photo shows another person than most of the others: half of what one person's photos have
// (docs/enrol-file.md).
inline constexpr float kSamePersonInAlbum = 0.3f;

struct EnrolledPhoto {
  int number = 0;  // in the list that the user gave, 1 is the first
  ContentPtr content;
};

// Leaves out photos of another person than the one that most photos agree on, with a sentence each. Photos
// without identity stay.
std::vector<EnrolledPhoto> without_strangers(std::vector<EnrolledPhoto> photos,
                                             std::vector<std::string>* rejections);

// photos: at least one. The best one gives pose, size and most pixels; others fill in what it shows worse.
// rejections become the first warnings; those of the best photo follow, with its number: "photo 2: ...".
ContentPtr merge_sources(const std::vector<EnrolledPhoto>& photos, const FaceModel& model, ThreadPool& pool,
                         std::vector<std::string> rejections);

}  // namespace mien
