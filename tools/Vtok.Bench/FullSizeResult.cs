namespace Vtok.Bench;

/// <summary>What opening and using a model took; memory over the bytes of its weights.</summary>
/// <param name="WeightBytes">Length of the weight files.</param>
/// <param name="LoadSeconds">Opening the folder.</param>
/// <param name="LoadedAnonymous">Most memory of the process's own until the model was open.</param>
/// <param name="EncodeSeconds">One picture, all tokens; the fastest warm run.</param>
/// <param name="DecodeSeconds">One picture, or its features where the model makes no pixels; one run, so that models that sample are done in time.</param>
/// <param name="Anonymous">Most memory of the process's own over all.</param>
/// <param name="Resident">Most resident memory over all: its own and the pages of the file.</param>
internal sealed record FullSizeResult(long WeightBytes, double LoadSeconds, double LoadedAnonymous, double EncodeSeconds, double DecodeSeconds, double Anonymous, double Resident);
