namespace Vtok.Torch;

/// <summary>What <see cref="NativeTorch.Load"/> found.</summary>
/// <param name="Directory">Folder that libtorch was loaded from.</param>
/// <param name="Shim">File of TorchSharp's native part.</param>
/// <param name="Cuda">Whether that folder holds the CUDA libraries.</param>
/// <param name="Source">Why this folder was looked at, in words.</param>
public sealed record LibtorchInfo(string Directory, string Shim, bool Cuda, string Source);
