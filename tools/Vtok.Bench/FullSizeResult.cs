namespace Vtok.Bench;

/// <summary>What opening and using a model took; memory over the bytes of its weights.</summary>
/// <param name="WeightBytes">Length of the weight files.</param>
/// <param name="LoadSeconds">Opening the folder, by the clock.</param>
/// <param name="LoadedAnonymous">Most memory of the process's own until the model was open.</param>
/// <param name="Tokens">Tokens of the picture.</param>
/// <param name="EncodeSeconds">Processor seconds of one picture to all its tokens, the second run.</param>
/// <param name="DecodeSeconds">Processor seconds of one picture, or of its features where the model makes no pixels; the first run.</param>
/// <param name="PrefixSeconds">The same for the first <see cref="Prefix"/> tokens where the order is nested, else null.</param>
/// <param name="Anonymous">Most memory of the process's own over all.</param>
/// <param name="Resident">Most resident memory over all: its own and the pages of the file.</param>
internal sealed record FullSizeResult(
    long WeightBytes, double LoadSeconds, double LoadedAnonymous, long Tokens, double EncodeSeconds, double DecodeSeconds, double? PrefixSeconds, double Anonymous, double Resident)
{
    public const int Prefix = 16;
}
