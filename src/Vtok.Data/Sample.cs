namespace Vtok.Data;

/// <summary>One picture file of a data set with what is known about it.</summary>
/// <param name="Key">Name inside the data set, with forward slashes and without the extension. Only a name: it is never opened.</param>
/// <param name="Picture">The picture file's bytes, not yet decoded.</param>
/// <param name="ClassId">Class, or null where none is known.</param>
/// <param name="Caption">Text, or null where none is known.</param>
/// <param name="Features">The .npy file beside the picture, not yet parsed; null where the source was not opened with features.</param>
public sealed record Sample(string Key, ReadOnlyMemory<byte> Picture, int? ClassId = null, string? Caption = null, ReadOnlyMemory<byte>? Features = null);
