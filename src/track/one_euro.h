// One-Euro filter (Casiez, Roussel, Vogel 2012): a low-pass whose cut-off rises with speed, so that what
// stands still does not shake and what moves does not lag.
#pragma once

#include <array>
#include <cmath>

namespace mien {

struct OneEuroSettings {
  float min_cutoff_hz = 0.05f;        // of what stands still
  float beta = 80.0f;                 // Hz of cut-off per unit and second of speed
  float derivative_cutoff_hz = 1.0f;  // of the low-pass that measures the speed
};

// Share of the new value that a first-order low-pass takes after `seconds`.
inline float low_pass_share(float cutoff_hz, float seconds) {
  constexpr float kTwoPi = 6.2831853f;
  const float x = kTwoPi * cutoff_hz * seconds;
  return x / (1 + x);
}

// Filters N numbers that move together: they share one speed, the length of their derivative.
template <int N>
class OneEuro {
 public:
  using Value = std::array<float, N>;

  // unit: the length that counts as 1 when speed is measured. seconds > 0: since the last call; the first
  // call returns its value.
  Value next(const Value& value, float seconds, float unit, const OneEuroSettings& settings) {
    if (!started_) {
      started_ = true;
      raw_ = filtered_ = value;
      return value;
    }
    const float share = low_pass_share(settings.derivative_cutoff_hz, seconds);
    float speed2 = 0;
    for (int i = 0; i < N; ++i) {
      speed_[i] += share * ((value[i] - raw_[i]) / (seconds * unit) - speed_[i]);
      speed2 += speed_[i] * speed_[i];
    }
    raw_ = value;
    const float take = low_pass_share(settings.min_cutoff_hz + settings.beta * std::sqrt(speed2), seconds);
    for (int i = 0; i < N; ++i) filtered_[i] += take * (value[i] - filtered_[i]);
    return filtered_;
  }

 private:
  bool started_ = false;
  Value raw_{}, filtered_{}, speed_{};
};

}  // namespace mien
