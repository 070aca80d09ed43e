"""Changes of light, colour and quality that a camera, a compressor or a dark room makes. Pictures are BGR uint8."""
import cv2
import numpy as np


def colour_and_light(image, rng, strength=1.0):
    """Exposure, gamma, white balance, saturation and a linear light gradient."""
    x = image.astype(np.float32) / 255
    if rng.random() < 0.5:
        x = x ** np.float32(np.exp(rng.normal(0, 0.25 * strength)))
    x *= np.exp(rng.normal(0, 0.08 * strength, 3) + rng.normal(0, 0.16 * strength)).astype(np.float32)
    if rng.random() < 0.4:
        grey = x.mean(2, keepdims=True)
        x = grey + (x - grey) * np.float32(rng.uniform(0.0 if rng.random() < 0.2 else 0.5, 1.5))
    if rng.random() < 0.3:
        h, w = x.shape[:2]
        ramp = rng.normal(0, 0.35 * strength) * np.linspace(-1, 1, w, dtype=np.float32)[None] + rng.normal(0, 0.25 * strength) * np.linspace(-1, 1, h, dtype=np.float32)[:, None]
        x *= np.exp(ramp)[..., None]
    return (np.clip(x, 0, 1) * 255).astype(np.uint8)


def low_light(image, rng):
    """A dark, noisy exposure, brightened or not."""
    x = (image.astype(np.float32) / 255) ** 2.2 * np.float32(2.0 ** -rng.uniform(1, 4.5))
    x += rng.normal(0, 1, x.shape).astype(np.float32) * np.sqrt(np.maximum(x, 0) * 0.0015 + 2e-6)
    x = np.clip(x, 0, 1) ** np.float32(1 / 2.2)
    if rng.random() < 0.5:
        x *= np.float32(0.45 / (x.mean() + 1e-3))
    return (np.clip(x, 0, 1) * 255).astype(np.uint8)


def degrade(image, rng):
    """Down-scaling, blur, motion, noise or JPEG; usually one or two of them."""
    size = image.shape[1], image.shape[0]
    if rng.random() < 0.3:
        k = rng.uniform(0.2, 0.8)
        image = cv2.resize(cv2.resize(image, None, fx=k, fy=k, interpolation=cv2.INTER_AREA), size, interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.15:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 2.0))
    if rng.random() < 0.06:
        n = int(rng.integers(3, 9))
        kernel = np.zeros((n, n), np.float32)
        kernel[n // 2] = 1.0 / n
        kernel = cv2.warpAffine(kernel, cv2.getRotationMatrix2D(((n - 1) / 2,) * 2, rng.uniform(0, 180), 1), (n, n))
        image = cv2.filter2D(image, -1, kernel / (kernel.sum() + 1e-6))
    if rng.random() < 0.2:
        noise = rng.normal(0, rng.uniform(2, 14), image.shape[:2] + (1 if rng.random() < 0.5 else 3,))
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        _, data = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 85))])
        image = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return image


def augment(image, rng):
    if rng.random() < 0.75:
        image = colour_and_light(image, rng)
    if rng.random() < 0.06:
        image = low_light(image, rng)
    if rng.random() < 0.05:
        image = np.repeat(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[..., None], 3, 2)
    return degrade(image, rng)
