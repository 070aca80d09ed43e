// Who gets whom in a stream: followed faces are told apart by who they are, so that people who cross, or
// leave and return, keep their source.
#pragma once

#include "pipeline/cast.h"
#include "pipeline/find_faces.h"
#include "pipeline/follow_faces.h"

namespace mien {

// A followed face's part.
struct Part {
  int casting = -1;                           // index in the cast; -1: nobody claims the face
  std::optional<float> reference_similarity;  // to that entry's reference
};

struct FollowedCast {
  std::vector<Part> parts;             // one per face
  std::vector<MissingPerson> missing;  // in this frame
};

// Looks at a face's identity when it is new, now and then, and whenever it meets another face: followed by
// place alone, two that cross could leave with each other's number. Without references it costs nothing.
class CastFollower {
 public:
  Result<FollowedCast> next(ImageView frame, std::span<const FollowedFace> faces,
                            std::span<const Casting> cast, float min_similarity, const FaceNetworks& networks,
                            FindScratch& scratch, Trace& trace);

  template <class Archive>
  void visit(Archive& archive) {  // core/byte_stream.h
    archive(people_);
  }

 private:
  struct Person {
    int number = 0;  // FollowedFace::number
    Identity mean;   // of the last looks
    int looks = 0;
    int frames_to_look = 0;
    int reference = -1;  // whose part it has
  };

  Person& person(int number);
  static void take_look(const Identity& look, Person* person);
  FollowedCast deal(std::span<const FollowedFace> faces, const References& references, float min_similarity);

  std::vector<Person> people_;  // of the faces that are there
};

}  // namespace mien
