using Vtok.Imaging;

namespace Vtok.Data;

/// <summary>Resamples a picture to another size.</summary>
/// <param name="image">The picture.</param>
/// <param name="width">New width.</param>
/// <param name="height">New height.</param>
public delegate RgbImage PictureResizer(RgbImage image, int width, int height);
